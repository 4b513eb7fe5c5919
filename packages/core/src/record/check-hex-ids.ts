/** Throws RangeError for malformed ids, which would make a store refuse the whole batch. */
export function checkHexIds(traceId: string, spanId: string | undefined): void {
  if (!/^[0-9a-f]{32}$/.test(traceId)) {
    throw new RangeError(`a trace id must be 32 lower-case hex digits, got ${traceId}`);
  }
  if (spanId !== undefined && !/^[0-9a-f]{16}$/.test(spanId)) {
    throw new RangeError(`a span id must be 16 lower-case hex digits, got ${spanId}`);
  }
}
