import type { Changes } from "@spanbook/core/store";
import { isVisible, type Database } from "./database.js";

/** The traces whose last change came after a revision, in order. */
export async function findChanges(database: Database, since: number, limit: number): Promise<Changes> {
  const index = database.transaction("traces").store.index("revision");
  const rows = await index.getAll(IDBKeyRange.lowerBound(since, true), limit + 1);
  const changes = rows.slice(0, limit).map((row) => ({
    traceId: row.id,
    revision: row.revision ?? 0,
    deleted: !isVisible(row),
  }));
  return { changes, revision: changes.at(-1)?.revision ?? since, hasMore: rows.length > changes.length };
}
