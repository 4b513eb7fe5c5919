/** Nanoseconds since the Unix epoch. A number is exact only to about 256 ns. */
export type UnixNano = bigint | number | string;

/** OTLP's times have 64 bits, and a store refuses a whole batch for a later one. */
const lastUnixNano = 2n ** 64n - 1n;

/** Decimal text; undefined for anything that is not a time. */
export function toUnixNanoText(time: UnixNano | undefined): string | undefined {
  const nanoseconds = toNanoseconds(time);
  const isTime = nanoseconds !== undefined && nanoseconds >= 0n && nanoseconds <= lastUnixNano;
  return isTime ? nanoseconds.toString() : undefined;
}

function toNanoseconds(time: UnixNano | undefined): bigint | undefined {
  switch (typeof time) {
    case "bigint":
      return time;
    case "number":
      return Number.isFinite(time) ? BigInt(Math.round(time)) : undefined;
    case "string":
      return /^\d{1,20}$/.test(time) ? BigInt(time) : undefined;
    default:
      return undefined;
  }
}

/** Seconds and nanoseconds, as OpenTelemetry's HrTime. */
export function toHrTime(unixNano: string): readonly [number, number] {
  return [Number(unixNano.slice(0, -9)), Number(unixNano.slice(-9))];
}
