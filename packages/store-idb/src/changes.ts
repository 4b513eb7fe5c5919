import type { Changes } from "@spanbook/core/store";
import { isVisible, type Database } from "./database.js";

/** The traces that changed after a revision, by their last change. */
export async function findChanges(database: Database, since: number, limit: number): Promise<Changes> {
  const transaction = database.transaction(["traces", "meta"]);
  const index = transaction.objectStore("traces").index("revision");
  const [rows, first = 0] = await Promise.all([
    index.getAll(IDBKeyRange.lowerBound(since, true), limit + 1),
    transaction.objectStore("meta").get("firstRevision"),
  ]);
  const changes = rows.slice(0, limit).map((row) => ({
    traceId: row.id,
    revision: row.revision ?? 0,
    deleted: !isVisible(row),
  }));
  const isAnew = since > 0 && since < Number(first);
  return {
    changes,
    revision: changes.at(-1)?.revision ?? (isAnew ? Number(first) : since),
    hasMore: rows.length > changes.length,
    ...(isAnew && { isAnew }),
  };
}
