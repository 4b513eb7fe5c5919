import { compareUnixNano, millisecondsBetween, toUnixMs } from "@spanbook/core/model";
import type { SpanDigest, TraceInfo } from "@spanbook/core/model";
import { toOffsetNs } from "./span-columns.js";
import type { SpanTree } from "./span-tree.js";
import { toNiceCeiling } from "./ticks.js";

/** The time that a trace's waterfall covers. Bars are offsets from its start, in milliseconds. */
export interface Timeline {
  readonly startUnixNano: string;
  /** The length of the axis; more than 0. */
  readonly durationMs: number;
  /** Where the bars of open spans end. */
  readonly openEndMs: number;
}

export interface Bar {
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly isOpen: boolean;
}

/** One nanosecond: a trace that took no time still has an axis. */
const minDurationMs = 1e-6;
/** How much room an axis leaves for spans of which only the start is known. */
const unfinishedShare = 1.06;

/**
 * The timeline of a trace. While it runs, open spans reach to now and the axis grows in steps, so that bars do not creep; in an
 * unfinished trace they reach a little beyond its last known time.
 */
export function toTimeline(info: TraceInfo, { columns }: SpanTree, nowMs: number): Timeline {
  const startUnixNano = toEarlier(info.startTimeUnixNano, columns.digests[0]?.startTimeUnixNano);
  const knownNs = columns.lastNs - toOffsetNs(columns, startUnixNano);
  const knownMs = Math.max(minDurationMs, knownNs / 1e6);
  if (columns.openCount === 0) return { startUnixNano, durationMs: knownMs, openEndMs: knownMs };
  if (info.state !== "IN_PROGRESS") {
    const endMs = knownMs * unfinishedShare;
    return { startUnixNano, durationMs: endMs, openEndMs: endMs };
  }
  const openEndMs = Math.max(knownMs, nowMs - toUnixMs(startUnixNano));
  return { startUnixNano, durationMs: toNiceCeiling(openEndMs), openEndMs };
}

function toEarlier(a: string, b = a): string {
  return compareUnixNano(a, b) < 0 ? a : b;
}

/** The position of a span's bar. Ends before the start count as the start. */
export function toBar(
  { startTimeUnixNano, endTimeUnixNano }: Pick<SpanDigest, "startTimeUnixNano" | "endTimeUnixNano">,
  { startUnixNano, openEndMs }: Timeline,
): Bar {
  const offsetMs = millisecondsBetween(startUnixNano, startTimeUnixNano);
  const endMs =
    endTimeUnixNano === undefined ? openEndMs : millisecondsBetween(startUnixNano, endTimeUnixNano);
  return { offsetMs, durationMs: Math.max(0, endMs - offsetMs), isOpen: endTimeUnixNano === undefined };
}
