import type { TraceInfo } from "@spanbook/core/model";
import { toFilterTree } from "@spanbook/core/search";
import {
  compareOrderKeys,
  planSearch,
  toOrderKey,
  type OrderKey,
  type TraceQuery,
} from "@spanbook/core/store";
import { isVisible, type Database, type VisibleRow } from "./database.js";
import { createSieve } from "./filter.js";
import { findByIndexes } from "./late-index.js";
import type { LongRead } from "./long-read.js";
import { timesOf, toKeyRange } from "./start-range.js";
import { countDown } from "./trace-rows.js";

/** Which rows to read, and in which order. */
export interface Walk {
  readonly index: "newest" | "oldest";
  /** Begin after this key of the index. */
  readonly after?: string;
  /** End before this key. */
  readonly before?: string;
  readonly experimentIds?: readonly string[] | undefined;
  /** Only rows that have this term, see terms.ts; they come newest first. */
  readonly term?: string | undefined;
  /** Only these traces. */
  readonly traceIds?: ReadonlySet<string> | undefined;
}

/** Up to this many traces are read one by one; for more, walking along an index is faster. */
const maxSingleTraces = 2000;

/** Rows per read: about 10 ms. */
const rowsAtOnce = 500;

/**
 * Visible rows in order, in slices: `count` first, then more. Each slice has its own transaction, so that writers need not wait
 * for the end. It pauses in between.
 */
export async function* walkRows(
  { database, pause }: LongRead,
  walk: Walk,
  count = rowsAtOnce,
): AsyncGenerator<VisibleRow[]> {
  const { experimentIds, traceIds } = walk;
  const wanted = experimentIds && new Set(experimentIds);
  if (wanted?.size === 0) return;
  const isFew = traceIds !== undefined && traceIds.size <= maxSingleTraces;
  for await (const rows of isFew ? readRows(database, walk, traceIds) : walkIndex(database, walk, count)) {
    yield rows.filter(
      ({ id, experimentId }) => (traceIds?.has(id) ?? true) && (wanted?.has(experimentId ?? "") ?? true),
    );
    await pause();
  }
}

async function* readRows(
  database: () => Promise<Database>,
  { index, after = "", before }: Walk,
  traceIds: ReadonlySet<string>,
): AsyncGenerator<VisibleRow[]> {
  const { store } = (await database()).transaction("traces");
  const rows = await Promise.all(Array.from(traceIds, (id) => store.get(id)));
  yield rows
    .filter((row) => isVisible(row))
    .filter((row) => row[index] > after && (before === undefined || row[index] < before))
    .sort((a, b) => (a[index] < b[index] ? -1 : 1));
}

async function* walkIndex(
  database: () => Promise<Database>,
  { index, after = "", before, experimentIds, term }: Walk,
  count: number,
): AsyncGenerator<VisibleRow[]> {
  const [only, ...others] = experimentIds ?? [];
  let from = after;
  for (let atOnce = count; ; atOnce = Math.max(atOnce, Math.min(2 * atOnce, rowsAtOnce))) {
    if (before !== undefined && before <= from) return;
    const traces = (await database()).transaction("traces").store;
    const read = () => {
      if (index === "newest" && term !== undefined) {
        const end = term + (before ?? "\uffff");
        return traces.index("terms").getAll(IDBKeyRange.bound(term + from, end, true, true), atOnce);
      }
      if (index === "newest" && only !== undefined && others.length === 0) {
        const range = IDBKeyRange.bound([only, from], [only, before ?? []], true, true);
        return traces.index("experiment").getAll(range, atOnce);
      }
      return traces.index(index).getAll(toRange(from, before), atOnce);
    };
    const rows = (await read()) as VisibleRow[];
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < atOnce) return;
    from = last[index];
  }
}

function toRange(from: string, before: string | undefined): IDBKeyRange {
  return before === undefined
    ? IDBKeyRange.lowerBound(from, true)
    : IDBKeyRange.bound(from, before, true, true);
}

/** The infos of a page and, if another page follows, the key of its last trace. */
export interface FoundPage {
  readonly infos: readonly TraceInfo[];
  readonly nextAfter?: OrderKey;
}

/**
 * The page of a query. Sorted by start alone, it reads along an index and stops when the page is full; in any other order it
 * looks at every trace of the experiments and keeps the best. A filter runs last, on traces that could still make the page; its
 * bounds on the start narrow the walk.
 */
export async function findPage(query: TraceQuery, read: LongRead): Promise<FoundPage> {
  const { terms, maxResults, after } = planSearch(query);
  const filter = toFilterTree(query.filter);
  const sieve = createSieve(filter, read);
  const [{ field, descending } = { field: undefined, descending: true }] = terms;
  const { term, traceIds } = await findByIndexes(filter, read);
  // Rows of a term come newest first.
  const isIndexed = field === "timestamp_ms" && terms.length === 1 && (descending || term === undefined);
  const index = isIndexed && !descending ? "oldest" : "newest";
  const { after: rangeStart = "", ...range } = toKeyRange(timesOf(filter), index);
  const pageStart = isIndexed && after ? toIndexKey(after, descending) : "";
  const walk: Walk = {
    index,
    ...range,
    experimentIds: query.experimentIds,
    term,
    traceIds,
    after: rangeStart > pageStart ? rangeStart : pageStart,
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
  for await (const rows of walkRows(read, walk, isIndexed ? maxResults + 1 : undefined)) {
    const wanted = (await read.infosOf(rows)).filter(isWanted);
    for await (const info of sieve(wanted)) {
      found.push({ info, key: toOrderKey(info, terms) });
      if (isIndexed && found.length > maxResults) break;
    }
    if (!isIndexed) keepBest();
    else if (found.length > maxResults) break;
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
