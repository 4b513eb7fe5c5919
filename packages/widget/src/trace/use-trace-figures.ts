import type { TraceInfo } from "@spanbook/core/model";
import { useMemo, useRef } from "preact/hooks";
import { toCriticalLookup, noCriticalPath } from "../derive/critical-path.js";
import { toMatches, type SpanFilter, type SpanMatches } from "../derive/span-filter.js";
import { toSpanTimes, type SpanTimes } from "../derive/span-times.js";
import { toSpanTree, type SpanTree } from "../derive/span-tree.js";
import type { TimeRange } from "../derive/time-range.js";
import { toTimeline, type Timeline } from "../derive/timeline.js";
import { manySpans, useAfterPaint } from "../parts/use-after-paint.js";
import type { ContentMatches } from "../state/content-state.js";
import type { OpenTrace } from "../state/trace-state.js";

/** All that is derived from the spans of an open trace in order to draw it. */
export interface TraceFigures {
  readonly tree: SpanTree;
  readonly timeline: Timeline;
  readonly times: SpanTimes;
  /** When the trace waited for a span; empty while that is not marked, or not known yet. */
  readonly criticalOf: (spanId: string) => readonly TimeRange[];
  /** undefined if there is no search. */
  readonly matches: SpanMatches | undefined;
}

interface FiguresOf {
  readonly trace: OpenTrace;
  readonly nowMs: number;
  readonly filter: SpanFilter;
  readonly content: ContentMatches | undefined;
  readonly isPathMarked: boolean;
}

/** The figures of a trace; each is recomputed only when its inputs change. */
export function useTraceFigures({ trace, nowMs, filter, content, isPathMarked }: FiguresOf): TraceFigures {
  const { info, digests } = trace;
  // As spans are added, the previous tree is reused.
  const known = useRef<SpanTree | undefined>(undefined);
  const tree = useMemo(() => (known.current = toSpanTree(digests, known.current)), [digests]);
  const timeline = useTimeline(info, tree, nowMs);
  const times = useMemo(() => toSpanTimes(tree, timeline), [tree, timeline]);
  const criticalOf = useAfterPaint(
    () => (isPathMarked ? toCriticalLookup(tree, times) : noCriticalPath),
    [isPathMarked, tree, times],
    digests.length > manySpans,
  );
  const holding = content?.spanIds;
  const matches = useMemo(() => toMatches(tree, times, filter, holding), [tree, times, filter, holding]);
  return { tree, timeline, times, criticalOf: criticalOf ?? noCriticalPath, matches };
}

/** The timeline; a new one only if the spans change or, while it runs, the time does. */
function useTimeline(info: TraceInfo, tree: SpanTree, nowMs: number): Timeline {
  const runningMs = info.state === "IN_PROGRESS" ? nowMs : 0;
  return useMemo(() => toTimeline(info, tree, runningMs), [info, tree, runningMs]);
}
