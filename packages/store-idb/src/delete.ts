import { toUnixMs } from "@spanbook/core/model";
import type { DeleteSelector } from "@spanbook/core/store";
import { chunksOf, isVisible, type Database, type Transaction, type VisibleRow } from "./database.js";
import { deleteGrams } from "./text-index.js";
import { startKeyLength } from "./trace-rows.js";

const rowsAtOnce = 500;

/** Deletes what is selected, all in one transaction, and gives the ids. */
export async function deleteTraces(
  database: Database,
  selector: DeleteSelector,
  durability: "relaxed" | "strict",
): Promise<string[]> {
  const transaction = database.transaction(["traces", "chunks", "payloads", "grams", "meta"], "readwrite", {
    durability,
  }) as unknown as Transaction<"readwrite">;
  const chosen = await choose(transaction, selector);
  const meta = transaction.objectStore("meta");
  let revision = (await meta.get("revision")) ?? 0;
  for (const { id, recorderIds, buried, nextChunk } of chosen) {
    const tombstone = {
      id,
      revision: ++revision,
      recorderIds: [],
      buried: [...new Set([...buried, ...recorderIds])],
      firstChunk: nextChunk,
      nextChunk,
      gramBlocks: [],
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
    chosen.flatMap(({ gramBlocks }) => gramBlocks),
    ids,
  );
  if (chosen.length > 0) await meta.put(revision, "revision");
  await transaction.done;
  return [...ids];
}

/** Oldest first. */
async function choose(
  transaction: Transaction<"readwrite">,
  { traceIds, experimentId, beforeMs = Infinity, maxTraces = Infinity }: DeleteSelector,
): Promise<VisibleRow[]> {
  const traces = transaction.objectStore("traces");
  const isWanted = (row: VisibleRow) =>
    (experimentId === undefined || row.experimentId === experimentId) && startMs(row) < beforeMs;
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
      if (chosen.length >= maxTraces || startMs(row) >= beforeMs) return chosen;
      if (isWanted(row)) chosen.push(row);
      from = row.oldest;
    }
    if (rows.length < rowsAtOnce) return chosen;
  }
}

/** From the key: what is deleted need not be understood. */
function startMs({ oldest }: VisibleRow): number {
  return toUnixMs(oldest.slice(0, startKeyLength));
}
