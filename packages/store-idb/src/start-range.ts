/** Which part of the indexes by start a query has to walk. */
import type { FilterTree } from "@spanbook/core/search";
import { toStartKey } from "@spanbook/core/store";
import type { Walk } from "./search.js";
import { countDown } from "./trace-rows.js";

/** Milliseconds since 1970. Every trace that is wanted lies within, and perhaps others. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const anyTime: TimeRange = { fromMs: -Infinity, toMs: Infinity };

/** The range of request times that a filter's clauses outside OR and NOT allow. */
export function timesOf(filter: FilterTree | undefined): TimeRange {
  if (filter?.kind === "and") return filter.operands.map(timesOf).reduce(overlap, anyTime);
  if (filter?.kind !== "comparison" || filter.field.name !== "trace.timestamp_ms") return anyTime;
  const value = Number(filter.value);
  switch (filter.op) {
    case "=":
      return { fromMs: value, toMs: value };
    case "<":
    case "<=":
      return { ...anyTime, toMs: value };
    case ">":
    case ">=":
      return { ...anyTime, fromMs: value };
    default:
      return anyTime;
  }
}

export function overlap(one: TimeRange, other: TimeRange): TimeRange {
  return { fromMs: Math.max(one.fromMs, other.fromMs), toMs: Math.min(one.toMs, other.toMs) };
}

/** The keys of an index that enclose those times. */
export function toKeyRange(
  { fromMs, toMs }: TimeRange,
  index: Walk["index"],
): Pick<Walk, "after" | "before"> {
  // One more millisecond on either side: a request time is rounded, the key is exact.
  const [from, to] = [toKey(Math.floor(fromMs) - 1), toKey(Math.ceil(toMs) + 1)];
  const [after, before] = index === "oldest" ? [from, to] : [to && countDown(to), from && countDown(from)];
  return { ...(after !== undefined && { after }), ...(before !== undefined && { before }) };
}

/** The key of a time; undefined if all traces are on one side of it. */
function toKey(wholeMs: number): string | undefined {
  return wholeMs > 0 && wholeMs < 18_446_744_073_709 ? toStartKey(`${wholeMs}000000`) : undefined;
}
