import { valueAt, type SpanTimes } from "./span-times.js";
import { childrenOf, type SpanTree } from "./span-tree.js";
import type { TimeRange } from "./time-range.js";

/**
 * The critical path: the stretches of time during which a span itself, and none of its children, kept the trace from ending
 * sooner. By the span's place in the tree, in order of time.
 *
 * Works from the end backwards: the trace waited for the child that ended last and, before that began, for the one that ended
 * last before it. What a child did outside its parent's time does not count.
 *
 * Source: B. Eaton et al., "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures", USENIX ATC 2022
 */
export function toCriticalPath(
  tree: SpanTree,
  { startMs, endMs }: SpanTimes,
): ReadonlyMap<number, readonly TimeRange[]> {
  const path = new Map<number, TimeRange[]>();
  const roots = childrenOf(tree, -1);
  const latestMs = roots.reduce((latest, root) => Math.max(latest, valueAt(endMs, root)), 0);
  /** Spans that were waited for until a time. Not recursive: a chain of 5,000 calls is a trace like any other. */
  const waiting: { readonly index: number; readonly fromMs: number; readonly untilMs: number }[] = [];

  /** Goes back from `untilMs` to `fromMs` through siblings, and returns the gaps between them. */
  function walk(siblings: readonly number[], fromMs: number, untilMs: number): TimeRange[] {
    const between: TimeRange[] = [];
    const byEnd = siblings.toSorted((a, b) => valueAt(endMs, b) - valueAt(endMs, a));
    let cursor = untilMs;
    for (const index of byEnd) {
      const start = Math.max(fromMs, valueAt(startMs, index));
      const end = Math.min(valueAt(endMs, index), untilMs);
      if (end > cursor || start >= end) continue;
      if (end < cursor) between.push({ startMs: end, endMs: cursor });
      waiting.push({ index, fromMs: start, untilMs: end });
      cursor = start;
    }
    if (fromMs < cursor) between.push({ startMs: fromMs, endMs: cursor });
    return between.reverse();
  }

  walk(roots, 0, latestMs);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { index, fromMs, untilMs } = next;
    path.set(index, walk(childrenOf(tree, index), fromMs, untilMs));
  }
  return path;
}

/** The critical path by span id, which remains valid when other spans come in between. */
export function toCriticalLookup(tree: SpanTree, times: SpanTimes): (spanId: string) => readonly TimeRange[] {
  const path = toCriticalPath(tree, times);
  return (spanId) => path.get(tree.indexOf.get(spanId) ?? -1) ?? nowhere;
}

/** The lookup for a path that no span is on. */
export function noCriticalPath(): readonly TimeRange[] {
  return nowhere;
}

const nowhere: readonly TimeRange[] = [];

/** Stretches as they are drawn: those so close together that nobody sees the gap become one. */
export function joinStretches(stretches: readonly TimeRange[], gapMs: number): TimeRange[] {
  const joined: TimeRange[] = [];
  for (const stretch of stretches) {
    const last = joined.at(-1);
    if (last !== undefined && stretch.startMs - last.endMs <= gapMs) {
      joined[joined.length - 1] = { startMs: last.startMs, endMs: stretch.endMs };
    } else joined.push(stretch);
  }
  return joined;
}
