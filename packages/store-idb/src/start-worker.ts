import type { TraceStore } from "@spanbook/core/store";
import {
  connectRestartingStore,
  connectStore,
  storeError,
  webWorker,
  type StoreOpening,
  type StoreWorker,
} from "@spanbook/core/worker";
import type { DatabaseOptions } from "./idb-store.js";
import { maybeLocks } from "./locks.js";
import { nameOf, newOwnerId } from "./names.js";
import { toTrace, type TextStore } from "./trace-text.js";

/** What the page and its worker agree on. */
export interface IdbOpening extends StoreOpening {
  readonly options: DatabaseOptions & {
    /** The worker holds it while it lives. */
    readonly lifeLock: string;
  };
  readonly store: TextStore;
  readonly details: undefined;
}

/**
 * A store in a worker: the given one, or one of our own text through a Blob, because a page that loads the library from
 * another origin cannot start a worker by URL. Where it dies another is started, unless the page started it itself.
 *
 * Rejects with StoreWorkerError where the worker cannot be started, and as `open` in the worker does.
 */
export async function openInWorker(
  options: DatabaseOptions,
  given: Worker | URL | string | undefined,
  onError: (failure: Error) => void,
): Promise<TraceStore> {
  const lifeLock = `${nameOf(options.name)}:worker:${newOwnerId()}`;
  const ownScript = given === undefined ? (await import("./worker-script.js")).workerScript : "";
  const start = () => watched(webWorker(startWorker(given, ownScript)), lifeLock);
  const opening = { ...options, lifeLock };
  const { store, call } =
    given instanceof Worker
      ? await connectStore<IdbOpening>(start(), opening, onError)
      : await connectRestartingStore<IdbOpening>(start, opening, onError);
  return {
    ...store,
    async get(traceId, getOptions) {
      const text = await call((remote) => remote.getText(traceId, getOptions));
      return text && toTrace(text);
    },
  };
}

/** A worker that is terminated, or runs out of memory, says nothing; but its lock is free then. */
function watched(worker: StoreWorker, lifeLock: string): StoreWorker {
  const listeners: ((reason: string) => void)[] = [];
  const tellEnd = () => {
    for (const listener of listeners) listener("the store's worker was ended");
  };
  // It has the lock when it answers for the first time.
  const watch = () => {
    worker.endpoint.removeEventListener("message", watch);
    maybeLocks()
      ?.request(lifeLock, tellEnd)
      .catch(() => undefined); // The page goes away.
  };
  worker.endpoint.addEventListener("message", watch);
  return {
    ...worker,
    onDeath(listener) {
      worker.onDeath(listener);
      listeners.push(listener);
    },
  };
}

function startWorker(given: Worker | URL | string | undefined, ownScript: string): Worker {
  if (given instanceof Worker) return given;
  try {
    return given === undefined ? startFromText(ownScript) : new Worker(given);
  } catch (cause) {
    throw storeError("StoreWorkerError", `the store's worker could not be started: ${String(cause)}`, {
      cause,
    });
  }
}

function startFromText(script: string): Worker {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url);
  // The worker fetches it after this task.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return worker;
}
