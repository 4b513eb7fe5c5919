import type { TraceInfo, TraceState } from "@spanbook/core/model";
import { formatClock, formatDate } from "./format.js";
import { toStep, toTicks } from "./ticks.js";

/** A trace in the plot of durations over time. */
export interface Dot {
  readonly traceId: string;
  readonly name: string;
  /** The request, as in the list. */
  readonly request?: string;
  readonly state: TraceState;
  readonly time: Date;
  readonly durationMs: number;
}

/** As many as can be told apart in a plot of a hundred pixels. */
export const maxDots = 2000;

/** A dot for each of the newest 2,000 traces that has ended. Failed ones come last, so that they are on top. */
export function toDots(newestFirst: readonly TraceInfo[]): Dot[] {
  const dots: Dot[] = [];
  for (const info of newestFirst.slice(0, maxDots)) {
    const { traceId, name, state, requestTime, executionDuration, requestPreview: request } = info;
    if (executionDuration === undefined) continue;
    const time = new Date(requestTime);
    dots.push({ traceId, name, ...(request && { request }), state, time, durationMs: executionDuration });
  }
  return dots.sort((a, b) => Number(a.state === "ERROR") - Number(b.state === "ERROR"));
}

export interface DurationTicks {
  /** Used if durations differ by orders of magnitude. */
  readonly isLog: boolean;
  readonly domain: readonly [number, number];
  readonly values: readonly number[];
}

const minLogRatio = 30;

/** The axis of durations, with two to five round values. */
export function toDurationTicks(durationsMs: readonly number[]): DurationTicks {
  const most = durationsMs.reduce((high, ms) => Math.max(high, ms), 0) || 1;
  const least = durationsMs.reduce((low, ms) => (ms > 0 ? Math.min(low, ms) : low), most);
  if (most / least < minLogRatio || durationsMs.includes(0)) {
    const values = toTicks(most, 4).map(({ offsetMs }) => offsetMs);
    return { isLog: false, domain: [0, most * 1.1], values };
  }
  const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const stride = Math.ceil((high - low) / 4);
  const values: number[] = [];
  for (let power = low; power <= high; power += stride) values.push(10 ** power);
  return { isLog: true, domain: [10 ** low, 10 ** high], values };
}

export interface TimeTicks {
  readonly values: readonly Date[];
  readonly format: (time: Date) => string;
}

const tickPx = 84;

/** The axis of times: as many round ones in the user's zone as there is room for, as dates, minutes or seconds. */
export function toTimeTicks(earliestMs: number, latestMs: number, widthPx: number): TimeTicks {
  const rangeMs = Math.max(1, latestMs - earliestMs);
  const stepMs = Math.max(1000, toStep(rangeMs / Math.max(1, Math.floor(widthPx / tickPx))));
  const zoneMs = new Date(earliestMs).getTimezoneOffset() * 60_000;
  const values: Date[] = [];
  const firstMs = Math.ceil((earliestMs - zoneMs) / stepMs) * stepMs + zoneMs;
  for (let ms = firstMs; ms <= latestMs; ms += stepMs) values.push(new Date(ms));
  if (values.length === 0 && earliestMs < Infinity) values.push(new Date(earliestMs));
  if (stepMs >= 86_400_000) return { values, format: (time) => formatDate(time.getTime()) };
  return { values, format: (time) => formatClock(time.getTime(), stepMs < 60_000) };
}
