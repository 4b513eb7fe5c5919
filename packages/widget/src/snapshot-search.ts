/** What a store would find and count among traces that lie in memory. */
import type { Trace } from "@spanbook/core/model";
import { compileFilter, toFilterTree, type FilterTree } from "@spanbook/core/search";
import {
  createSpanGroups,
  isWithin,
  toTraceFigures,
  toTraceStats,
  type StatsQuery,
  type TraceStats,
} from "@spanbook/core/store";
import { digestsOf } from "./derive/digests.js";
import { toFilterSubject } from "./derive/filter-subject.js";

/** Throws FilterSyntaxError for a bad filter. */
export function findTraces(given: readonly Trace[], filter: string | FilterTree): readonly Trace[] {
  const tree = toFilterTree(filter);
  if (tree === undefined) return given;
  const matches = compileFilter(tree);
  return given.filter((trace) => matches(toFilterSubject(trace)) === true);
}

/** The figures of traces that the query's filter has found. */
export function toStats(found: readonly Trace[], query: StatsQuery): TraceStats {
  const chosen = found.filter(({ info }) => isWithin(info.requestTime, query));
  const groups = createSpanGroups();
  for (const trace of chosen) for (const digest of digestsOf(trace)) groups.add(digest);
  const figures = chosen.map(({ info }) => toTraceFigures(info, query.groupBy));
  return toTraceStats(figures, groups.toSpanGroups(), query);
}
