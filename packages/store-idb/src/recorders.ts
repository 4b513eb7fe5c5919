/** Recorders that have stopped writing, and those that traces wait for. */
import type { Database, Transaction } from "./database.js";

/** The recorders that have not ended a trace yet, and are not known to have stopped. */
export async function awaitedRecorders(database: Database): Promise<string[]> {
  const awaited: string[] = [];
  const index = database.transaction("traces").store.index("awaits");
  for (let cursor = await index.openKeyCursor(null, "nextunique"); cursor; cursor = await cursor.continue()) {
    awaited.push(cursor.key);
  }
  return awaited;
}

/** Those of the recorders that have stopped writing. */
export async function goneAmong(
  transaction: Transaction<"readwrite">,
  recorderIds: ReadonlySet<string>,
): Promise<Set<string>> {
  const recorders = transaction.objectStore("recorders");
  const found = Array.from(recorderIds, async (id) => ((await recorders.get(id)) ? [id] : []));
  return new Set((await Promise.all(found)).flat());
}

/** Marks a recorder as stopped, which changes the traces that wait for it. Returns the last revision used. */
export async function endRecorder(
  transaction: Transaction<"readwrite">,
  recorderId: string,
  revision: number,
): Promise<number> {
  const traces = transaction.objectStore("traces");
  let next = revision;
  const rows = await traces.index("awaits").getAll(recorderId);
  await Promise.all([
    transaction.objectStore("recorders").put(true, recorderId),
    ...rows.map(({ awaits: _, ...row }) => traces.put({ ...row, revision: ++next })),
  ]);
  return next;
}
