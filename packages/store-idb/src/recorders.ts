/** The recorders that write no more. */
import type { Transaction } from "./database.js";

/** Those of the recorders that write no more. */
export async function goneAmong(
  transaction: Transaction<"readwrite">,
  recorderIds: ReadonlySet<string>,
): Promise<Set<string>> {
  const recorders = transaction.objectStore("recorders");
  const found = Array.from(recorderIds, async (id) => ((await recorders.get(id)) ? [id] : []));
  return new Set((await Promise.all(found)).flat());
}

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
