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

/** A script from a slow network may take some seconds to arrive. */
const maxStartTurns = 10;

/** What the page and its worker agree on. */
export interface IdbOpening extends StoreOpening {
  readonly options: DatabaseOptions & {
    /** The worker holds this lock as long as it lives. */
    readonly lifeLock: string;
  };
  readonly store: TextStore;
  readonly details: undefined;
}

/**
 * A store in a worker: the given one, or one started from our own text through a Blob, because a page that loads the library from
 * another origin cannot start a worker by URL. If the worker dies, another is started, unless the page started it itself.
 *
 * Rejects with StoreWorkerError if the worker cannot be started, and as `open` in the worker does.
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
  const { store, call } = isStarted(given)
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

/**
 * A worker that is terminated or runs out of memory says nothing, but its lock becomes free. One that never ran never takes its
 * lock: it is given up if it has sent no message within {@link maxStartTurns} turns of a second each.
 */
function watched(worker: StoreWorker, lifeLock: string): StoreWorker {
  const listeners: ((reason: string) => void)[] = [];
  const tellEnd = (reason: string) => {
    for (const listener of listeners) listener(reason);
  };
  // Turns rather than seconds: a page that is busy for long gets its worker's messages no earlier than its timers.
  let turns = 0;
  const timer = setInterval(() => {
    if (++turns < maxStartTurns) return;
    clearInterval(timer);
    tellEnd(`the store's worker did not start within ${maxStartTurns} s`);
  }, 1000);
  // By its first message it has taken the lock, see worker.ts.
  const watch = () => {
    clearInterval(timer);
    worker.endpoint.removeEventListener("message", watch);
    maybeLocks()
      ?.request(lifeLock, () => tellEnd("the store's worker was ended"))
      .catch(() => undefined); // The page is going away.
  };
  worker.endpoint.addEventListener("message", watch);
  return {
    ...worker,
    onDeath(listener) {
      worker.onDeath(listener);
      listeners.push(listener);
    },
    terminate() {
      clearInterval(timer);
      return worker.terminate();
    },
  };
}

function startWorker(given: Worker | URL | string | undefined, ownScript: string): Worker {
  if (isStarted(given)) return given;
  try {
    return given === undefined ? startFromText(ownScript) : new Worker(given);
  } catch (cause) {
    throw storeError("StoreWorkerError", `the store's worker could not be started: ${String(cause)}`, {
      cause,
    });
  }
}

/** Checked by shape, because where no worker can be started (in a service worker) there is no `Worker` class. */
function isStarted(given: Worker | URL | string | undefined): given is Worker {
  return typeof given === "object" && "postMessage" in given;
}

function startFromText(script: string): Worker {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url);
  // The worker fetches the URL only after this task.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return worker;
}
