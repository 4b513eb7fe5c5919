/** Where the viewer has its traces: in memory, or in the browser's own storage. */
import { createMemoryStore } from "@spanbook/core/memory";
import type { TraceStore } from "@spanbook/core/store";
import { openStore } from "@spanbook/store-idb";

const storeName = "spanbook-viewer";

/** Says in localStorage that traces are kept, so that the page opens nothing that was never wanted. */
const keptKey = "spanbook-viewer-kept";

/** A store of the viewer. */
export interface TracesPlace {
  readonly store: TraceStore;
  /** Whether the traces are there at the next visit. */
  readonly isKept: boolean;
}

export function openMemory(): TracesPlace {
  return { store: createMemoryStore(), isKept: false };
}

/** The browser's own storage. Rejects where the browser denies it. */
export async function openKept(): Promise<TracesPlace> {
  const store = await openStore(storeName);
  if (store.kind === "memory") throw new Error("the browser does not allow this page to keep anything");
  return { store, isKept: true };
}

/** Whether a visit before this one left traces to be kept. */
export function wasKept(): boolean {
  return withStorage((storage) => storage.getItem(keptKey)) === "yes";
}

export function noteKept(isKept: boolean): void {
  withStorage((storage) => (isKept ? storage.setItem(keptKey, "yes") : storage.removeItem(keptKey)));
}

/** Undefined where the browser denies it. */
function withStorage<Result>(use: (storage: Storage) => Result): Result | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined; // As if nothing were there: opening IndexedDB says why.
  }
}

/** Deletes every trace of a store. */
export async function deleteAll(store: TraceStore): Promise<void> {
  const { traceCount } = await store.stats({ bucketCount: 1 });
  if (traceCount > 0) await store.delete({ maxTraces: traceCount });
}
