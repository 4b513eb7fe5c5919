import { formatDuration, formatRoundDuration } from "./format.js";
import type { TimeRange } from "./time-range.js";

export interface Tick {
  readonly offsetMs: number;
  readonly label: string;
}

/** One nanosecond: nothing is measured below it. */
const minStepMs = 1e-6;
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Round steps above a second. */
const clockStepsMs = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 6, 12, 24].map((hours) => hours * hourMs),
];

/**
 * Round times from 0 to a duration: at least one and at most `maxCount` (2 or more) besides 0. A label has no more digits than
 * its step needs.
 */
export function toTicks(durationMs: number, maxCount: number): Tick[] {
  const roomyMs = toStep(durationMs / Math.max(2, maxCount));
  // A step can be three times the one before, and so exceed the whole duration.
  const stepMs = Math.max(minStepMs, roomyMs > durationMs ? toStep(durationMs / 3) : roomyMs);
  const ticks: Tick[] = [];
  for (let i = 0; i * stepMs <= durationMs * (1 + 1e-9); i++) {
    ticks.push({ offsetMs: i * stepMs, label: i === 0 ? "0" : formatRoundDuration(i * stepMs) });
  }
  return ticks;
}

/** The ticks of a part of a timeline: the first gives its beginning, the others how much later they are. */
export function toRangeTicks({ startMs, endMs }: TimeRange, maxCount: number): Tick[] {
  const ticks = toTicks(endMs - startMs, maxCount);
  if (startMs === 0) return ticks;
  return ticks.map(({ offsetMs, label }, index) => ({
    offsetMs,
    label: index === 0 ? formatDuration(startMs) : `+${label}`,
  }));
}

/** The least of 1, 1.5, 2, 3, 5, 7.5 and 10 times a power of ten that is not below the value, which must exceed 0. */
export function toNiceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.5, 2, 3, 5, 7.5, 10].find((candidate) => candidate * power >= value) ?? 10;
  return factor * power;
}

/** The least round step of an axis that is not below `minMs`, which must exceed 0. */
export function toStep(minMs: number): number {
  if (minMs > 1000) {
    const step = clockStepsMs.find((candidate) => candidate >= minMs);
    return step ?? Math.ceil(minMs / (24 * hourMs)) * 24 * hourMs;
  }
  const power = 10 ** Math.floor(Math.log10(minMs));
  return ([1, 2, 5].find((factor) => factor * power >= minMs * (1 - 1e-9)) ?? 10) * power;
}
