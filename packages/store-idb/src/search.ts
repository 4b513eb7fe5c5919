import type { TraceInfo } from "@spanbook/core/model";
import { toFilterTree } from "@spanbook/core/search";
import {
  compareOrderKeys,
  planSearch,
  toOrderKey,
  type OrderKey,
  type TraceQuery,
} from "@spanbook/core/store";
import type { Database, VisibleRow } from "./database.js";
import { createSieve } from "./filter.js";
import { timesOf, toKeyRange } from "./start-range.js";
import { countDown } from "./trace-rows.js";

/** What of the rows is walked, in which order. */
export interface Walk {
  readonly index: "newest" | "oldest";
  /** Begin behind this key of the index. */
  readonly after?: string;
  /** End before this key. */
  readonly before?: string;
  readonly experimentIds?: readonly string[];
}

/** Rows a read: about 10 ms. */
const rowsAtOnce = 500;

/** Visible rows in order, some at a time, each time in a transaction of its own: writers need not wait for the end. */
export async function* walkRows(
  database: () => Promise<Database>,
  { index, after = "", before, experimentIds }: Walk,
  count = rowsAtOnce,
): AsyncGenerator<VisibleRow[]> {
  const wanted = experimentIds && new Set(experimentIds);
  const [only] = wanted ?? [];
  if (wanted?.size === 0) return;
  const isByExperiment = only !== undefined && wanted?.size === 1 && index === "newest";
  let from = after;
  for (;;) {
    if (before !== undefined && before <= from) return;
    const traces = (await database()).transaction("traces").store;
    const rows = isByExperiment
      ? await traces
          .index("experiment")
          .getAll(IDBKeyRange.bound([only, from], [only, before ?? []], true, true), count)
      : await traces.index(index).getAll(toRange(from, before), count);
    const visible = rows as VisibleRow[];
    if (visible.length > 0) {
      yield visible.filter(({ experimentId }) => wanted?.has(experimentId ?? "") ?? true);
    }
    const last = visible.at(-1);
    if (!last || visible.length < count) return;
    from = last[index];
  }
}

function toRange(from: string, before: string | undefined): IDBKeyRange {
  return before === undefined
    ? IDBKeyRange.lowerBound(from, true)
    : IDBKeyRange.bound(from, before, true, true);
}

/** The infos of a page, the key of its last trace, and whether another follows. */
export interface FoundPage {
  readonly infos: readonly TraceInfo[];
  readonly nextAfter?: OrderKey;
}

/**
 * The page of a query. By start alone it reads along an index and stops when the page is full; in another order it looks at
 * every trace of the experiments and keeps the best. A filter is tried last, on what could still be in the page; what it
 * says of the start narrows the walk.
 */
export async function findPage(
  query: TraceQuery,
  database: () => Promise<Database>,
  toInfos: (rows: readonly VisibleRow[]) => Promise<readonly TraceInfo[]>,
  pause: () => Promise<void>,
): Promise<FoundPage> {
  const { terms, maxResults, after } = planSearch(query);
  const filter = toFilterTree(query.filter);
  const sieve = filter && createSieve(filter, database, pause);
  const [{ field, descending } = { field: undefined, descending: true }] = terms;
  const isIndexed = field === "timestamp_ms" && terms.length === 1;
  const index = isIndexed && !descending ? "oldest" : "newest";
  const range = toKeyRange(timesOf(filter), index);
  const pageStart = isIndexed && after ? toIndexKey(after, descending) : "";
  const walk: Walk = {
    index,
    ...range,
    ...(query.experimentIds && { experimentIds: query.experimentIds }),
    after: range.after !== undefined && range.after > pageStart ? range.after : pageStart,
  };
  let found: { info: TraceInfo; key: OrderKey }[] = [];
  const keepBest = () => {
    found = found.sort((a, b) => compareOrderKeys(a.key, b.key, terms)).slice(0, maxResults + 1);
  };
  const isWanted = (info: TraceInfo) => {
    const key = toOrderKey(info, terms);
    if (after && compareOrderKeys(key, after, terms) <= 0) return false;
    const last = found[maxResults];
    return !last || compareOrderKeys(key, last.key, terms) < 0;
  };
  for await (const rows of walkRows(database, walk, isIndexed && !sieve ? maxResults + 1 : undefined)) {
    const wanted = (await toInfos(rows)).filter(isWanted);
    for await (const info of sieve ? sieve(wanted) : wanted) {
      found.push({ info, key: toOrderKey(info, terms) });
      if (isIndexed && found.length > maxResults) break;
    }
    if (!isIndexed) keepBest();
    else if (found.length > maxResults) break;
    await pause();
  }
  const page = found.slice(0, maxResults);
  const last = page.at(-1);
  return {
    infos: page.map(({ info }) => info),
    ...(last && found.length > page.length && { nextAfter: last.key }),
  };
}

function toIndexKey([start, traceId]: OrderKey, descending: boolean): string {
  const startKey = String(start);
  return (descending ? countDown(startKey) : startKey) + String(traceId);
}
