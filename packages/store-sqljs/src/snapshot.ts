import type { TraceStore } from "@spanbook/core/store";
import { openTraceDatabase } from "./database/trace-database.js";
import { createReadOnlyStore } from "./read-only-store.js";

/** Options for opening the bytes of a file. */
export interface SnapshotOptions {
  /** How messages call the file; default "the file". */
  readonly name?: string | undefined;
  /** SQLite as WebAssembly, the bytes of sql.js's `sql-wasm.wasm`, for a page that may not fetch them. */
  readonly sqlite?: ArrayBuffer | undefined;
}

/**
 * A store over the bytes of a file made by {@link openStore}, in this thread: for one that was dropped on a page, or came through
 * a pipe. It is read-only and does not include the journals beside the file. Reads run in time slices.
 *
 * Rejects with StoreCorruptError (damaged, or not a file of ours) and StoreVersionError (written by a newer version).
 */
export async function openSnapshot(bytes: Uint8Array, options: SnapshotOptions = {}): Promise<TraceStore> {
  const { name = "the file", sqlite } = options;
  const database = await openTraceDatabase(bytes, name, sqlite);
  try {
    database.checkPages();
    database.endSession();
  } catch (failure) {
    database.close();
    throw failure;
  }
  const { save: _save, ...store } = createReadOnlyStore(database, () => undefined);
  return store;
}
