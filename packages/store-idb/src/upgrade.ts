/** The layout of a new database, and how older ones come to it. */
import type { IDBPTransaction } from "idb";
import type { Database, Schema, StoreName } from "./database.js";
import { indexedTo } from "./late-index.js";

type Upgrade = IDBPTransaction<Schema, StoreName[], "versionchange">;

/**
 * From every earlier version to the newest, step by step, all or nothing. Each step is as it was when its version was made:
 * test/fixtures/store-idb keeps a database of each. What takes long follows when the database is open, see late-index.ts.
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
      // Where it fails the transaction does, and says so.
      transaction
        .objectStore("meta")
        .put("", indexedTo)
        .catch(() => undefined);
    }
  }
  if (oldVersion < 3) database.createObjectStore("journal", { autoIncrement: true });
  if (oldVersion === 0) {
    // Who observed a database of its name that was deleted learns by this that it is gone.
    transaction
      .objectStore("meta")
      .put(Date.now(), "firstRevision")
      .catch(() => undefined);
  }
}
