/**
 * Whether a trace is recorded when so many of all are, 0 to 1: decided by its id alone, so that every process that meets the
 * trace decides alike. A trace that is in a small share is in every greater one.
 */
export function isSampled(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < ratio * 2 ** 32;
}
