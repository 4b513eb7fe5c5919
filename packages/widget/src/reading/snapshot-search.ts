/** Searches and counts traces in memory as a store would. */
import type { Trace } from "@spanbook/core/model";
import { compileFilter, toFilterTree, type FilterTree } from "@spanbook/core/search";
import {
  createSpanGroups,
  isWithin,
  toTraceFigures,
  toTraceStats,
  type StatsQuery,
  type TraceFigures,
  type TraceStats,
} from "@spanbook/core/store";
import { digestsOf } from "../derive/digests.js";
import { toFilterSubject } from "../derive/filter-subject.js";
import { forEachInSlices } from "./slices.js";

/** Rejects with FilterSyntaxError for a bad filter, and with AbortError when the signal is aborted. */
export async function findTraces(
  given: readonly Trace[],
  filter: string | FilterTree,
  signal: AbortSignal,
): Promise<readonly Trace[]> {
  const tree = toFilterTree(filter);
  if (tree === undefined) return given;
  const matches = compileFilter(tree);
  const found: Trace[] = [];
  await forEachInSlices(given, signal, (trace) => {
    if (matches(toFilterSubject(trace)) === true) found.push(trace);
  });
  return found;
}

/** The figures of traces found by the query's filter. Rejects with AbortError when the signal is aborted. */
export async function toStats(
  found: readonly Trace[],
  query: StatsQuery,
  signal: AbortSignal,
): Promise<TraceStats> {
  const groups = createSpanGroups();
  const figures: TraceFigures[] = [];
  await forEachInSlices(found, signal, (trace) => {
    if (!isWithin(trace.info.requestTime, query)) return;
    for (const digest of digestsOf(trace)) groups.add(digest);
    figures.push(toTraceFigures(trace.info, query.groupBy));
  });
  return toTraceStats(figures, groups.toSpanGroups(), query);
}
