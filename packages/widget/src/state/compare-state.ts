import type { TraceInfo } from "@spanbook/core/model";
import type { SliceContext } from "./slice.js";

/** Two traces side by side: the earlier and the later one. */
export interface Comparison {
  readonly beforeId: string;
  readonly afterId: string;
}

/** Two traces, the earlier first; undefined unless there are exactly two. */
export function toComparison(
  traceIds: readonly string[],
  traces: readonly TraceInfo[],
): Comparison | undefined {
  const [one, other, ...more] = traceIds;
  if (one === undefined || other === undefined || more.length > 0) return undefined;
  const startOf = (traceId: string) => traces.find((info) => info.traceId === traceId)?.requestTime ?? 0;
  return startOf(one) <= startOf(other)
    ? { beforeId: one, afterId: other }
    : { beforeId: other, afterId: one };
}

export interface CompareState {
  /** While present, it is shown in place of list and trace. */
  readonly comparison?: Comparison;
}

export interface CompareActions {
  /** Shows two traces side by side; undefined goes back to what was shown before. */
  compare(comparison: Comparison | undefined): void;
}

export function createCompareSlice({ set }: SliceContext<CompareState>): CompareActions {
  return { compare: (comparison) => set({ comparison }) };
}
