import type { SpanTree } from "./span-tree.js";
import type { Timeline } from "./timeline.js";

/** When the spans of a tree ran, by their places in it: milliseconds from the timeline's start. An end is never before its start. */
export interface SpanTimes {
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** What a span took less what its children did, each moment once. */
  readonly selfMs: Float64Array;
}

export function toSpanTimes({ nodes }: SpanTree, timeline: Timeline): SpanTimes {
  const startMs = new Float64Array(nodes.length);
  const endMs = new Float64Array(nodes.length);
  const selfMs = new Float64Array(nodes.length);
  /** Up to where a span's children are counted already. */
  const coveredMs = new Float64Array(nodes.length);
  const toOffsetMs = createOffsets(timeline.startUnixNano);
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index];
    if (node === undefined) break;
    const { digest, parent } = node;
    const offsetMs = toOffsetMs(digest.startTimeUnixNano);
    const { endTimeUnixNano } = digest;
    const endsMs = endTimeUnixNano === undefined ? timeline.openEndMs : toOffsetMs(endTimeUnixNano);
    const durationMs = Math.max(0, endsMs - offsetMs);
    const end = offsetMs + durationMs;
    startMs[index] = coveredMs[index] = offsetMs;
    endMs[index] = end;
    selfMs[index] = durationMs;
    if (parent < 0) continue;
    // Children come in order of their starts, so what is counted has no gaps behind it.
    const covered = valueAt(coveredMs, parent);
    const from = Math.max(offsetMs, covered);
    const to = Math.min(end, valueAt(endMs, parent));
    if (to <= from) continue;
    selfMs[parent] = Math.max(0, valueAt(selfMs, parent) - (to - from));
    coveredMs[parent] = to;
  }
  return { startMs, endMs, selfMs };
}

/**
 * Milliseconds from a time to others, as `millisecondsBetween` has them, without the big integers that take most of the time
 * where there are many: milliseconds and the nanoseconds within them are each exact in a double.
 */
function createOffsets(startUnixNano: string): (unixNano: string) => number {
  const wholeMs = (unixNano: string) => digitsOf(unixNano, 0, unixNano.length - 6);
  const restNs = (unixNano: string) => digitsOf(unixNano, Math.max(0, unixNano.length - 6), unixNano.length);
  const [startMs, startNs] = [wholeMs(startUnixNano), restNs(startUnixNano)];
  return (unixNano) => ((wholeMs(unixNano) - startMs) * 1e6 + restNs(unixNano) - startNs) / 1e6;
}

function digitsOf(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}

/** 0 where there is no such place. */
export function valueAt(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
