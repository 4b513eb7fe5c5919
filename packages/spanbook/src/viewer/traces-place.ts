/** Where the viewer keeps its traces: in memory, or in the browser's own storage. */
import { createMemoryStore } from "@spanbook/core/memory";
import type { TraceStore } from "@spanbook/core/store";
import { openStore } from "@spanbook/store-idb";

const storeName = "spanbook-viewer";

/** Says in localStorage that traces are kept, so that the page does not open a database that nobody asked for. */
const keptKey = "spanbook-viewer-kept";

export interface TracesPlace {
  readonly store: TraceStore;
  /** Whether the traces will still be there at the next visit. */
  readonly isKept: boolean;
}

export function openMemory(): TracesPlace {
  return { store: createMemoryStore(), isKept: false };
}

/** The browser's own storage. Rejects if the browser denies it. */
export async function openKept(): Promise<TracesPlace> {
  const store = await openStore(storeName);
  if (store.kind === "memory") throw new Error("the browser does not allow this page to keep anything");
  return { store, isKept: true };
}

/** Whether an earlier visit kept its traces. */
export function wasKept(): boolean {
  return withStorage((storage) => storage.getItem(keptKey)) === "yes";
}

export function noteKept(isKept: boolean): void {
  withStorage((storage) => (isKept ? storage.setItem(keptKey, "yes") : storage.removeItem(keptKey)));
}

/** Undefined if the browser denies it. */
function withStorage<Result>(use: (storage: Storage) => Result): Result | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined; // As if it were empty: opening IndexedDB says why.
  }
}

/** Deletes every trace of a store. */
export async function deleteAll(store: TraceStore): Promise<void> {
  const { traceCount } = await store.stats({ bucketCount: 1 });
  if (traceCount > 0) await store.delete({ maxTraces: traceCount });
}
