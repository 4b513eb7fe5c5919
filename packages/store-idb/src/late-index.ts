/**
 * Databases of version 1 had no index of terms and texts. Their traces are indexed once the database is open, a few at a time in
 * order of id, so that no call waits for all of them. If that is interrupted, the next store to open continues; until it is
 * complete, no search uses the index, see {@link findByIndexes}.
 */
import { createGramSet, type FilterTree } from "@spanbook/core/search";
import { parseFold, toTraceInfo } from "@spanbook/core/store";
import { chunksOf, isVisible, type Database, type TraceRow, type Transaction } from "./database.js";
import type { LongRead } from "./long-read.js";
import { requiredTerm, termsOf } from "./terms.js";
import { blockOf, findByText, nextGramRow, putGrams } from "./text-index.js";
import { inTransaction } from "./transaction.js";

/** The key in the store "meta" for the id of the last trace indexed; absent once all are. */
export const indexedTo = "indexedTo";

/** What the indexes know about where a filter can match; empty if they cannot help, or do not cover all traces yet. */
export interface IndexedPart {
  readonly term?: string | undefined;
  readonly traceIds?: ReadonlySet<string> | undefined;
}

export async function findByIndexes(filter: FilterTree | undefined, read: LongRead): Promise<IndexedPart> {
  if (!filter || (await (await read.database()).get("meta", indexedTo)) !== undefined) return {};
  return { term: requiredTerm(filter), traceIds: await findByText(filter, read) };
}

/** How much is read at once, at least one trace: about 20 ms. */
const maxTraces = 50;
const maxCharacters = 2_000_000;

const encoder = new TextEncoder();

/**
 * Indexes one slice of traces after another, each as a call of its own among the store's, until all are done or the returned
 * function is called.
 */
export function startIndexing({ indexMore, enqueue, report }: IndexingOptions): () => void {
  let isStopped = false;
  function next(): void {
    if (isStopped) return;
    enqueue(async () => {
      if (await indexMore()) setTimeout(next);
    }).catch(report);
  }
  next();
  return () => void (isStopped = true);
}

export interface IndexingOptions {
  /** See {@link indexMore}. */
  readonly indexMore: () => Promise<boolean>;
  /** Queues a task among the store's calls. */
  readonly enqueue: (task: () => Promise<void>) => Promise<void>;
  /** Called with a failure, after which the rest is left to the next store to open. */
  readonly report: (failure: Error) => void;
}

/** Indexes some more traces; false if none are left. */
export async function indexMore(database: Database, durability: "relaxed" | "strict"): Promise<boolean> {
  if ((await database.get("meta", indexedTo)) === undefined) return false;
  const stores = ["traces", "chunks", "payloads", "grams", "meta"] as const;
  return inTransaction(database, [...stores], durability, async (transaction) => {
    const meta = transaction.objectStore("meta");
    // Another tab may be indexing too.
    const before = await meta.get(indexedTo);
    if (typeof before !== "string") return false;
    const rows = await transaction
      .objectStore("traces")
      .getAll(IDBKeyRange.lowerBound(before, true), maxTraces);
    const gramRow = await nextGramRow(transaction);
    const sets = new Map<string, Uint8Array>();
    let left = maxCharacters;
    let last: string | undefined;
    for (const row of rows) {
      if (left <= 0) break;
      const payloads = await readPayloads(transaction, row);
      left -= payloads.reduce((sum, text) => sum + text.length, 0);
      if (payloads.length > 0) sets.set(row.id, toGrams(payloads));
      await transaction.objectStore("traces").put(withTerms(row, sets.has(row.id) ? [blockOf(gramRow)] : []));
      last = row.id;
    }
    await putGrams(transaction, gramRow, sets);
    const isThrough = last === rows.at(-1)?.id && rows.length < maxTraces;
    await (isThrough ? meta.delete(indexedTo) : meta.put(last ?? before, indexedTo));
    return !isThrough;
  });
}

function withTerms(row: TraceRow, gramBlocks: readonly number[]): TraceRow {
  const info = row.fold === undefined ? undefined : toTraceInfo(parseFold(row.fold), 0, () => false);
  return {
    ...row,
    ...(info && isVisible(row) && { terms: termsOf(info, row.newest) }),
    // What was written since it was opened is indexed already.
    gramBlocks: [...new Set([...(row.gramBlocks ?? []), ...gramBlocks])],
  };
}

async function readPayloads(transaction: Transaction<"readwrite">, { id }: TraceRow): Promise<string[]> {
  const [chunks, apart] = await Promise.all([
    transaction.objectStore("chunks").getAll(chunksOf(id)),
    transaction.objectStore("payloads").getAll(chunksOf(id)),
  ]);
  return [...chunks, ...apart].flatMap(({ payloads }) => payloads ?? []);
}

function toGrams(payloads: readonly string[]): Uint8Array {
  const grams = createGramSet();
  for (const text of payloads) grams.add(encoder.encode(text));
  return grams.toBytes();
}
