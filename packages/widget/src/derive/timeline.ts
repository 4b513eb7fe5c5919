import { compareUnixNano, millisecondsBetween, toUnixMs } from "@spanbook/core/model";
import type { SpanDigest, TraceInfo } from "@spanbook/core/model";
import { toNiceCeiling } from "./ticks.js";

/** The time that a trace's waterfall spans. Bars are offsets from its start, in milliseconds. */
export interface Timeline {
  readonly startUnixNano: string;
  /** Of the axis; more than 0. */
  readonly durationMs: number;
  /** Where open spans are drawn to. */
  readonly openEndMs: number;
}

export interface Bar {
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly isOpen: boolean;
}

/** One nanosecond: a trace that took no time still has an axis. */
const minDurationMs = 1e-6;
/** How much of an axis is left for spans of which only the start is known. */
const unfinishedShare = 1.06;

/**
 * The timeline of a trace. While it runs, open spans reach to now and the axis grows in steps, so that bars do not creep;
 * in an unfinished trace they reach a little beyond the last time that is known of it.
 */
export function toTimeline(info: TraceInfo, digests: readonly SpanDigest[], nowMs: number): Timeline {
  let start = info.startTimeUnixNano;
  let last = start;
  let hasOpen = false;
  for (const { startTimeUnixNano, endTimeUnixNano } of digests) {
    hasOpen ||= endTimeUnixNano === undefined;
    if (compareUnixNano(startTimeUnixNano, start) < 0) start = startTimeUnixNano;
    const known = endTimeUnixNano ?? startTimeUnixNano;
    if (compareUnixNano(known, last) > 0) last = known;
  }
  const knownMs = Math.max(minDurationMs, millisecondsBetween(start, last));
  if (!hasOpen) return { startUnixNano: start, durationMs: knownMs, openEndMs: knownMs };
  if (info.state !== "IN_PROGRESS") {
    const endMs = knownMs * unfinishedShare;
    return { startUnixNano: start, durationMs: endMs, openEndMs: endMs };
  }
  const openEndMs = Math.max(knownMs, nowMs - toUnixMs(start));
  return { startUnixNano: start, durationMs: toNiceCeiling(openEndMs), openEndMs };
}

/** Where a span's bar is. Ends before the start count as the start. */
export function toBar(
  { startTimeUnixNano, endTimeUnixNano }: Pick<SpanDigest, "startTimeUnixNano" | "endTimeUnixNano">,
  { startUnixNano, openEndMs }: Timeline,
): Bar {
  const offsetMs = millisecondsBetween(startUnixNano, startTimeUnixNano);
  const endMs =
    endTimeUnixNano === undefined ? openEndMs : millisecondsBetween(startUnixNano, endTimeUnixNano);
  return { offsetMs, durationMs: Math.max(0, endMs - offsetMs), isOpen: endTimeUnixNano === undefined };
}
