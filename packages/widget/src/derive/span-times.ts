import { placeAt } from "./place-at.js";
import { toOffsetNs } from "./span-columns.js";
import type { SpanTree } from "./span-tree.js";
import type { Timeline } from "./timeline.js";

/** When the spans of a tree ran, by their places in it: milliseconds from the timeline's start. An end is never before its start. */
export interface SpanTimes {
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** A span's duration minus the time covered by its children, each moment counted once. */
  readonly selfMs: Float64Array;
}

export function toSpanTimes({ count, parents, columns, orders }: SpanTree, timeline: Timeline): SpanTimes {
  const startMs = new Float64Array(count);
  const endMs = new Float64Array(count);
  const selfMs = new Float64Array(count);
  /** The time up to which a span's children have been counted. */
  const coveredMs = new Float64Array(count);
  const timelineNs = toOffsetNs(columns, timeline.startUnixNano);
  for (let place = 0; place < count; place++) {
    const order = placeAt(orders, place);
    const offsetMs = (valueAt(columns.startNs, order) - timelineNs) / 1e6;
    const endNs = valueAt(columns.endNs, order);
    const endsMs = Number.isNaN(endNs) ? timeline.openEndMs : (endNs - timelineNs) / 1e6;
    const durationMs = Math.max(0, endsMs - offsetMs);
    const end = offsetMs + durationMs;
    startMs[place] = coveredMs[place] = offsetMs;
    endMs[place] = end;
    selfMs[place] = durationMs;
    const parent = placeAt(parents, place);
    if (parent < 0) continue;
    // Children come in order of start, so there are no gaps in what has been counted.
    const covered = valueAt(coveredMs, parent);
    const from = Math.max(offsetMs, covered);
    const to = Math.min(end, valueAt(endMs, parent));
    if (to <= from) continue;
    selfMs[parent] = Math.max(0, valueAt(selfMs, parent) - (to - from));
    coveredMs[parent] = to;
  }
  return { startMs, endMs, selfMs };
}

/** 0 if there is no such place. */
export function valueAt(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
