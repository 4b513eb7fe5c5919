/** The layout of a new database, and the migration of older ones. */
import type { IDBPTransaction } from "idb";
import type { Database, Schema, StoreName } from "./database.js";
import { indexedTo } from "./late-index.js";

type Upgrade = IDBPTransaction<Schema, StoreName[], "versionchange">;

/**
 * Migrates from any earlier version to the newest, step by step, all or nothing. The step for a version never changes:
 * test/fixtures/store-idb has a database of each. Slow work follows once the database is open, see late-index.ts.
 */
export function upgrade(database: Database, oldVersion: number, transaction: Upgrade): void {
  if (oldVersion < 1) {
    const traces = database.createObjectStore("traces", { keyPath: "id" });
    traces.createIndex("newest", "newest");
    traces.createIndex("oldest", "oldest");
    traces.createIndex("experiment", ["experimentId", "newest"]);
    traces.createIndex("revision", "revision");
    traces.createIndex("awaits", "awaits");
    database.createObjectStore("chunks", { keyPath: ["traceId", "chunk"] });
    database.createObjectStore("payloads", { keyPath: ["traceId", "chunk"] });
    for (const name of ["resources", "scopes", "recorders", "meta"] as const) {
      database.createObjectStore(name);
    }
  }
  if (oldVersion < 2) {
    transaction.objectStore("traces").createIndex("terms", "terms", { multiEntry: true });
    database.createObjectStore("grams");
    if (oldVersion > 0) {
      // If this fails, the transaction fails too and reports it.
      transaction
        .objectStore("meta")
        .put("", indexedTo)
        .catch(() => undefined);
    }
  }
  if (oldVersion < 3) database.createObjectStore("journal", { autoIncrement: true });
  if (oldVersion === 0) {
    // Tells whoever observed a deleted database of the same name that it is gone.
    transaction
      .objectStore("meta")
      .put(Date.now(), "firstRevision")
      .catch(() => undefined);
  }
}
