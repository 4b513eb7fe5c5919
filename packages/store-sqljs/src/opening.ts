import { openTraceDatabase, type TraceDatabase } from "./database/trace-database.js";
import { openStoreFile, readStoreFile } from "./file/store-file.js";
import { createReadOnlyStore } from "./read-only-store.js";
import { createSqljsStore, type SavingStore } from "./sqljs-store.js";

/** What the main thread and the worker agree on. */
export interface SqljsOpening {
  readonly options: WorkerOptions;
  readonly store: SavingStore;
  readonly details: {
    /** The id of the store; exiting processes write it into their exit files. */
    readonly storeId: string;
  };
}

export type WorkerOptions =
  | { readonly kind: "memory" }
  | { readonly kind: "readOnly"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly journalMinBytes: number;
      readonly lockToken: string;
    };

/** Opens a store in this thread. Rejects as `openStore` does. */
export async function openHere(
  options: WorkerOptions,
  report: (failure: Error) => void,
): Promise<Pick<SqljsOpening, "store" | "details">> {
  switch (options.kind) {
    case "memory": {
      const database = await openTraceDatabase(undefined, ":memory:");
      return { store: createSqljsStore(database, undefined, report), details: toDetails(database) };
    }
    case "readOnly": {
      const database = await readStoreFile(options.path, report);
      return { store: createReadOnlyStore(database, report), details: toDetails(database) };
    }
    case "file": {
      const { database, file } = await openStoreFile(options, report);
      return { store: createSqljsStore(database, file, report), details: toDetails(database) };
    }
  }
}

function toDetails({ storeId }: TraceDatabase): SqljsOpening["details"] {
  return { storeId };
}
