/** Nanoseconds since the Unix epoch. A number is exact only to about 256 ns. */
export type UnixNano = bigint | number | string;

/** Decimal text; undefined for what is no time. */
export function toUnixNanoText(time: UnixNano | undefined): string | undefined {
  switch (typeof time) {
    case "bigint":
      return time >= 0n ? time.toString() : undefined;
    case "number":
      return Number.isFinite(time) && time >= 0 ? BigInt(Math.round(time)).toString() : undefined;
    case "string":
      return /^\d{1,20}$/.test(time) ? time.replace(/^0+(?=\d)/, "") : undefined;
    default:
      return undefined;
  }
}

/** Seconds and nanoseconds, as OpenTelemetry's HrTime. */
export function toHrTime(unixNano: string): readonly [number, number] {
  return [Number(unixNano.slice(0, -9)), Number(unixNano.slice(-9))];
}
