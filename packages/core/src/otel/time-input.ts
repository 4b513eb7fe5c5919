import type { TimeInput } from "@opentelemetry/api";

/**
 * Nanoseconds since the Unix epoch; undefined for anything that is not a time. A number up to `performance.now()`
 * counts from the time origin, as in OpenTelemetry's SDK; any other is milliseconds since the epoch.
 */
export function toUnixNano(time: TimeInput | undefined): bigint | undefined {
  if (isHrTime(time)) return BigInt(time[0]) * 1_000_000_000n + BigInt(time[1]);
  if (time instanceof Date) return Number.isNaN(time.getTime()) ? undefined : fromMs(time.getTime());
  if (typeof time !== "number" || !Number.isFinite(time)) return undefined;
  return time <= performance.now() ? fromMs(performance.timeOrigin) + fromMs(time) : fromMs(time);
}

export function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === "number" || value instanceof Date || isHrTime(value);
}

function isHrTime(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isInteger);
}

// In two parts, because a double holds milliseconds since the epoch only to a quarter of a microsecond.
function fromMs(ms: number): bigint {
  const seconds = Math.trunc(ms / 1000);
  return BigInt(seconds) * 1_000_000_000n + BigInt(Math.round((ms % 1000) * 1e6));
}
