import { toUnixMs } from "@spanbook/core/model";
import type { DeleteSelector } from "@spanbook/core/store";
import {
  chunksOf,
  isVisible,
  readRevision,
  type Database,
  type Transaction,
  type VisibleRow,
} from "./database.js";
import { deleteGrams } from "./text-index.js";
import { startKeyLength } from "./trace-rows.js";

const rowsAtOnce = 500;

/** The oldest beyond this many are forgotten, so that they do not fill the database: no late batch is that far behind. */
const maxTombstones = 100_000;
/** How often they are counted. */
const revisionsBetweenLooks = 1000;

/** What is to be deleted; `keepBytes` is already resolved to a key, see trace-sizes.ts. */
export interface Selection extends Omit<DeleteSelector, "keepBytes"> {
  readonly fromNewest?: string | undefined;
}

/** Deletes the selected traces in one transaction and returns their ids. */
export async function deleteTraces(
  database: Database,
  selector: Selection,
  durability: "relaxed" | "strict",
): Promise<string[]> {
  const transaction = database.transaction(["traces", "chunks", "payloads", "grams", "meta"], "readwrite", {
    durability,
  }) as unknown as Transaction<"readwrite">;
  const chosen = await choose(transaction, selector);
  const meta = transaction.objectStore("meta");
  const before = await readRevision(transaction);
  let revision = before;
  for (const { id, recorderIds, buried, nextChunk } of chosen) {
    const tombstone = {
      id,
      revision: ++revision,
      recorderIds: [],
      buried: [...new Set([...buried, ...recorderIds])],
      firstChunk: nextChunk,
      nextChunk,
      gramBlocks: [],
      bytes: 0,
    };
    await Promise.all([
      transaction.objectStore("traces").put(tombstone),
      transaction.objectStore("chunks").delete(chunksOf(id)),
      transaction.objectStore("payloads").delete(chunksOf(id)),
    ]);
  }
  const ids = new Set(chosen.map(({ id }) => id));
  await deleteGrams(
    transaction,
    chosen.flatMap(({ gramBlocks }) => gramBlocks ?? []),
    ids,
  );
  if (chosen.length > 0) await meta.put(revision, "revision");
  const looks = Math.floor(revision / revisionsBetweenLooks) - Math.floor(before / revisionsBetweenLooks);
  if (looks > 0) await forgetOldTombstones(transaction, maxTombstones);
  await transaction.done;
  return [...ids];
}

/** Deletes the oldest tombstones beyond `maxCount`. */
export async function forgetOldTombstones(
  transaction: Pick<Transaction<"readwrite">, "objectStore">,
  maxCount: number,
): Promise<void> {
  const traces = transaction.objectStore("traces");
  const changes = traces.index("revision");
  // Visible traces have a revision too.
  let over = (await changes.count()) - (await traces.index("newest").count()) - maxCount;
  for (let from = 0; over > 0;) {
    const rows = await changes.getAll(IDBKeyRange.lowerBound(from, true), rowsAtOnce);
    // A row that has been patched since is more than a tombstone.
    const tombstones = rows.filter((row) => !isVisible(row) && row.fold === undefined).slice(0, over);
    await Promise.all(tombstones.map(({ id }) => traces.delete(id)));
    over -= tombstones.length;
    if (rows.length < rowsAtOnce) return;
    from = rows.at(-1)?.revision ?? Infinity;
  }
}

/** Oldest first. */
async function choose(
  transaction: Transaction<"readwrite">,
  { traceIds, experimentId, beforeMs = Infinity, maxTraces = Infinity, fromNewest = "" }: Selection,
): Promise<VisibleRow[]> {
  const traces = transaction.objectStore("traces");
  const isWanted = (row: VisibleRow) =>
    (experimentId === undefined || row.experimentId === experimentId) &&
    startMs(row) < beforeMs &&
    row.newest >= fromNewest;
  const lastStart = fromNewest.slice(0, startKeyLength);
  if (traceIds) {
    const rows = await Promise.all([...new Set(traceIds)].map((id) => traces.get(id)));
    return rows
      .filter((row) => isVisible(row))
      .filter(isWanted)
      .sort((a, b) => (a.oldest < b.oldest ? -1 : 1))
      .slice(0, maxTraces);
  }
  const chosen: VisibleRow[] = [];
  let from = "";
  for (;;) {
    const rows = await traces.index("oldest").getAll(IDBKeyRange.lowerBound(from, true), rowsAtOnce);
    for (const row of rows as VisibleRow[]) {
      const isBehind = startMs(row) >= beforeMs || row.newest.slice(0, startKeyLength) < lastStart;
      if (chosen.length >= maxTraces || isBehind) return chosen;
      if (isWanted(row)) chosen.push(row);
      from = row.oldest;
    }
    if (rows.length < rowsAtOnce) return chosen;
  }
}

/** From the key: what is deleted need not be parsed. */
function startMs({ oldest }: VisibleRow): number {
  return toUnixMs(oldest.slice(0, startKeyLength));
}
