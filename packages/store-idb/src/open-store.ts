import type { ClosingStore, NotifyingStore, SyncWritableStore, TraceStore } from "@spanbook/core/store";
import { askedBeforeClose, isStoreError } from "@spanbook/core/worker";
import { nameOf } from "./names.js";
import { openInWorker } from "./start-worker.js";
import { createUnacknowledged, writeUnsent } from "./unsent.js";

export interface OpenStoreOptions {
  /**
   * A worker to use instead of the package's own, for pages whose content security policy forbids `blob:` workers: the file
   * `@spanbook/store-idb/worker`, served by the page's own origin, by its URL or started already.
   */
  readonly worker?: Worker | URL | string | undefined;
  /**
   * When a write counts as done. "relaxed" (the default): when the operating system has it, so that a crash of the browser
   * loses nothing. "strict": when the disk has it, so that a power failure loses nothing either; slower by a third.
   */
  readonly durability?: "relaxed" | "strict" | undefined;
  /** Called once if the store had to fall back, see {@link IdbStore.kind}, and with failures that belong to no call. */
  readonly onError?: ((failure: Error) => void) | undefined;
}

export interface IdbStore extends SyncWritableStore, NotifyingStore, ClosingStore {
  /**
   * - idb-worker: IndexedDB, in a worker
   * - idb-page: IndexedDB, in the page, because no worker could be started
   * - memory: gone with the page, because the browser denies IndexedDB (a sandboxed frame, some private modes)
   */
  readonly kind: "idb-worker" | "idb-page" | "memory";
  /** Calls the listener after each write by this page or another, until the returned function is called. See `observe`. */
  onChange(listener: () => void): () => void;
}

/**
 * Opens the store of that name in the page's origin, creating it if there is none. Pages that open the same name share it.
 * First it writes what an earlier page could no longer write when it was closed.
 *
 * Rejects with StoreVersionError if a newer version of the library made the store, and with the browser's error if the database
 * cannot be opened although it is allowed.
 *
 *     const store = await openStore("traces");
 *     init({ store });
 */
export async function openStore(name: string, options: OpenStoreOptions = {}): Promise<IdbStore> {
  const { onError = () => undefined } = options;
  const { kind, store } = await openWhereAllowed(name, options, onError);
  return kind === "memory" ? inMemory(store) : inBrowser(name, kind, store, onError);
}

interface Opened {
  readonly kind: IdbStore["kind"];
  readonly store: TraceStore;
}

async function openWhereAllowed(
  name: string,
  { worker, durability = "relaxed" }: OpenStoreOptions,
  onError: (failure: Error) => void,
): Promise<Opened> {
  const database = { name, durability };
  try {
    return { kind: "idb-worker", store: await openInWorker(database, worker, onError) };
  } catch (workerFailure) {
    try {
      if (!isStoreError(workerFailure, "StoreWorkerError")) throw workerFailure;
      const { openIdbStore } = await import("./in-page.js");
      const store = await openIdbStore(database, onError);
      onError(
        new Error("the store runs in the page itself: no worker can be started", { cause: workerFailure }),
      );
      return { kind: "idb-page", store };
    } catch (failure) {
      if (!deniedNames.has((failure as Error).name)) throw failure;
      onError(new Error("traces are kept in memory only: IndexedDB is not allowed here", { cause: failure }));
      const { createMemoryStore } = await import("@spanbook/core/memory");
      return { kind: "memory", store: createMemoryStore() };
    }
  }
}

/** Sandboxed frames and blocked site data; private windows of some browsers; browsers without it. */
const deniedNames = new Set(["SecurityError", "InvalidStateError", "ReferenceError"]);

function inMemory(store: TraceStore): IdbStore {
  const listeners = new Set<() => void>();
  const notify = () => listeners.forEach((listener) => listener());
  return {
    ...store,
    ...askedBeforeClose(store.close),
    kind: "memory",
    async write(batch) {
      await store.write(batch);
      notify();
    },
    async delete(selector) {
      const count = await store.delete(selector);
      notify();
      return count;
    },
    writeSync: () => undefined, // Nothing here outlives the page.
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

async function inBrowser(
  name: string,
  kind: IdbStore["kind"],
  store: TraceStore,
  onError: (failure: Error) => void,
): Promise<IdbStore> {
  const writing = createUnacknowledged(name, store.write);
  const closing = new AbortController();
  await writeUnsent(name, store.write, onError, closing.signal);
  return {
    ...store,
    kind,
    write: writing.write,
    writeSync(batch) {
      const isEmpty = batch.spans.length === 0 && batch.patches.length === 0 && !batch.final;
      // Also the usual way, in case the page is only hidden or comes back.
      if (!isEmpty && !writing.isWaiting(batch)) writing.write(batch).catch(onError);
      writing.copy();
    },
    onChange(listener) {
      const channel = new BroadcastChannel(nameOf(name));
      channel.addEventListener("message", listener);
      return () => channel.close();
    },
    ...askedBeforeClose(async () => {
      closing.abort();
      await store.close();
      writing.close();
    }),
  };
}
