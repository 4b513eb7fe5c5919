import { wrap, type Endpoint, type Remote } from "comlink";
import type { TraceStore } from "../store/contract.js";
import { storeError } from "../store/errors.js";
import { toBatchMessage } from "../store/span-batch.js";
import type { FailureMessage, StoreHost, StoreOpening } from "./expose.js";

/** A worker in the form that this side needs; see {@link nodeWorker} and {@link webWorker}. */
export interface StoreWorker {
  readonly endpoint: Endpoint;
  /**
   * Calls the listener when the worker has died or could not start, with the reason in words. Once is enough, but it
   * may be more often.
   */
  onDeath(listener: (reason: string) => void): void;
  /** May return a promise that resolves when it has ended. */
  terminate(): unknown;
  /** Tells whether a call is pending: only then must the worker keep the process alive. */
  setAwaited?(isAwaited: boolean): void;
}

export interface ConnectedStore<Opening extends StoreOpening> {
  readonly store: TraceStore;
  readonly details: Opening["details"];
  /** Makes a call beyond the contract. Like every call it rejects with StoreWorkerError when the worker dies. */
  call<Result>(run: (remote: Remote<Opening["store"]>) => Promise<Result>): Promise<Result>;
}

/**
 * Has the worker open its store, and returns the store. Every call that is pending when the worker dies, and every later one,
 * rejects with StoreWorkerError. Errors of the store keep their name and message. Closing the store ends the worker.
 *
 * Rejects with what `open` in the worker rejected with, after ending the worker. `onError` receives the failures that
 * belong to no call.
 */
export async function connectStore<Opening extends StoreOpening>(
  worker: StoreWorker,
  options: Opening["options"],
  onError: (failure: Error) => void,
): Promise<ConnectedStore<Opening>> {
  const host = wrap<StoreHost<StoreOpening>>(worker.endpoint);
  const watched = createWatchedCalls(worker);
  worker.endpoint.addEventListener("message", (event) => {
    const failure = readFailure(event);
    if (failure) onError(failure);
  });
  let details: Opening["details"];
  try {
    details = await watched(() => host.open(options));
  } catch (failure) {
    await worker.terminate();
    throw failure;
  }

  const remote: TraceStore = host.store;
  let closing: Promise<void> | undefined;
  function call<Result>(run: () => Promise<Result>): Promise<Result> {
    return closing ? Promise.reject(storeError("StoreClosedError", "the store is closed")) : watched(run);
  }
  const store: TraceStore = {
    write: (batch) => call(() => host.write(toBatchMessage(batch))),
    search: (query) => call(() => remote.search(query)),
    get: (traceId, getOptions) => call(() => remote.get(traceId, getOptions)),
    getSpan: (traceId, spanId) => call(() => remote.getSpan(traceId, spanId)),
    delete: (selector) => call(() => remote.delete(selector)),
    stats: (query) => call(() => remote.stats(query)),
    changes: (since, limit) => call(() => remote.changes(since, limit)),
    cancel: (requestId) => call(() => remote.cancel(requestId)),
    close() {
      closing ??= watched(() => remote.close()).finally(() => void worker.terminate());
      return closing;
    },
  };
  const wholeRemote = host.store as unknown as Remote<Opening["store"]>;
  return { store, details, call: (run) => call(() => run(wholeRemote)) };
}

/** Runs calls, each of which rejects when the worker dies before it has been answered. */
function createWatchedCalls(worker: StoreWorker): <Result>(run: () => Promise<Result>) => Promise<Result> {
  const pending = new Set<(death: Error) => void>();
  let death: Error | undefined;
  worker.onDeath((reason) => {
    death ??= storeError("StoreWorkerError", reason);
    for (const reject of pending) reject(death);
    pending.clear();
  });
  // Not Promise.race with one promise for the death: that would keep every call's outcome in memory as long as the
  // worker lives.
  return (run) =>
    new Promise((resolve, reject) => {
      if (death) throw death;
      const settled = () => {
        pending.delete(reject);
        if (pending.size === 0) worker.setAwaited?.(false);
      };
      pending.add(reject);
      if (pending.size === 1) worker.setAwaited?.(true);
      void run().then(resolve, reject).finally(settled);
    });
}

function readFailure(event: Event): Error | undefined {
  const { failure } = ((event as MessageEvent).data ?? {}) as Partial<FailureMessage>;
  return failure && Object.assign(new Error(failure.message), { name: failure.name });
}
