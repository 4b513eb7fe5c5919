import type { TraceStore } from "@spanbook/core/store";
import { connectStore, storeError, webWorker, type StoreOpening } from "@spanbook/core/worker";
import type { DatabaseOptions } from "./idb-store.js";
import { maybeLocks } from "./locks.js";
import { nameOf, newOwnerId } from "./names.js";
import script from "./worker.js?text";

/** What the page and its worker agree on. */
export interface IdbOpening extends StoreOpening {
  readonly options: DatabaseOptions & {
    /** The worker holds it while it lives. */
    readonly lifeLock: string;
  };
  readonly store: TraceStore;
  readonly details: undefined;
}

/**
 * A store in a worker: the given one, or one of our own text through a Blob, because a page that loads the library from
 * another origin cannot start a worker by URL.
 *
 * Rejects with StoreWorkerError where the worker cannot be started, and as `open` in the worker does.
 */
export async function openInWorker(
  options: DatabaseOptions,
  given: Worker | URL | string | undefined,
  onError: (failure: Error) => void,
): Promise<TraceStore> {
  const lifeLock = `${nameOf(options.name)}:worker:${newOwnerId()}`;
  const worker = webWorker(startWorker(given));
  const deathListeners: ((reason: string) => void)[] = [];
  const { store } = await connectStore<IdbOpening>(
    {
      ...worker,
      onDeath(listener) {
        worker.onDeath(listener);
        deathListeners.push(listener);
      },
    },
    { ...options, lifeLock },
    onError,
  );
  // A worker that is terminated, or runs out of memory, says nothing; but its lock is free then.
  maybeLocks()
    ?.request(lifeLock, () => {
      for (const listener of deathListeners) listener("the store's worker was ended");
    })
    .catch(() => undefined); // The page goes away.
  return store;
}

function startWorker(given: Worker | URL | string | undefined): Worker {
  if (given instanceof Worker) return given;
  try {
    return given === undefined ? startOwnWorker() : new Worker(given);
  } catch (cause) {
    throw storeError("StoreWorkerError", `the store's worker could not be started: ${String(cause)}`, {
      cause,
    });
  }
}

function startOwnWorker(): Worker {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url);
  // The worker fetches it after this task.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return worker;
}
