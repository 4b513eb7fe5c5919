import type { TraceStore } from "../store/contract.js";
import { isStoreError, storeError } from "../store/errors.js";
import { connectStore, type ConnectedStore, type StoreWorker } from "./connect.js";
import type { StoreOpening } from "./expose.js";

/** How many workers may die in a row without having answered a call. */
const maxDeaths = 3;

/**
 * Like {@link connectStore}, but a worker that dies is replaced by another, which opens the store again: for stores that keep
 * what they have acknowledged outside of the worker. `startWorker` is called for each; a worker is ended before the next one
 * starts, and `terminate` may say by its promise when that is done.
 *
 * Writes that were not acknowledged when the worker died are repeated (a batch that comes twice changes nothing), and
 * so is `close`. Other pending calls reject with StoreWorkerError. After more than three deaths in a row without an
 * answer it gives up: every call rejects with StoreWorkerError, which says why. If the next worker cannot open the
 * store, the calls that wait for it reject too, and a later call tries again: a disk may be full only for a while.
 *
 * Each death is reported to `onError`. Rejects as `connectStore` does when the first worker cannot open the store.
 */
export async function connectRestartingStore<Opening extends StoreOpening>(
  startWorker: () => StoreWorker,
  options: Opening["options"],
  onError: (failure: Error) => void,
): Promise<ConnectedStore<Opening>> {
  let deaths = 0;
  let isClosed = false;
  let closing: Promise<void> | undefined;
  /** Set while there is no worker, because the last could not open the store. */
  let reopen: (() => Promise<ConnectedStore<Opening>>) | undefined;

  function connect(): Promise<ConnectedStore<Opening>> {
    const worker = startWorker();
    let isOpen = false;
    let isDead = false;
    worker.onDeath((reason) => {
      if (isDead || !isOpen || isClosed) return;
      isDead = true;
      onError(storeError("StoreWorkerError", reason));
      replaceBy(reconnect(worker, reason));
    });
    // Deno reports a worker's end while we are ending it: that is not a death.
    function terminate(): unknown {
      isDead = true;
      return worker.terminate();
    }
    const connecting = connectStore<Opening>({ ...worker, terminate }, options, onError);
    return connecting.then((connected) => {
      isOpen = true;
      return connected;
    });
  }

  async function reconnect(dead: StoreWorker, reason: string): Promise<ConnectedStore<Opening>> {
    await dead.terminate();
    deaths++;
    if (deaths > maxDeaths) {
      throw storeError("StoreWorkerError", `${reason}, as did ${deaths - 1} before it without answering`);
    }
    return connectAgain(dead, reason);
  }

  async function connectAgain(dead: StoreWorker, reason: string): Promise<ConnectedStore<Opening>> {
    try {
      return await connect();
    } catch (cause) {
      const { name, message } = cause as Error;
      if (isStoreError(cause, "StoreWorkerError")) return reconnect(dead, message);
      reopen = () => connectAgain(dead, reason);
      const failure = `${reason}, and the store cannot be opened again: ${name}: ${message}`;
      throw storeError("StoreWorkerError", failure, { cause });
    }
  }

  function replaceBy(next: Promise<ConnectedStore<Opening>>): void {
    connection = next;
    // The next call will reject with this failure.
    connection.catch(() => undefined);
  }

  /** The present connection, or a new one that tries to open the store again. */
  function current(): Promise<ConnectedStore<Opening>> {
    if (reopen) {
      const next = reopen;
      reopen = undefined;
      replaceBy(next());
    }
    return connection;
  }

  /** Tries once: callers can repeat a read themselves. */
  async function once<Result>(run: (connected: ConnectedStore<Opening>) => Promise<Result>): Promise<Result> {
    refuseIfClosed();
    return attempt(run, current());
  }

  function refuseIfClosed(): void {
    if (closing) throw storeError("StoreClosedError", "the store is closed");
  }

  async function attempt<Result>(
    run: (connected: ConnectedStore<Opening>) => Promise<Result>,
    connecting: Promise<ConnectedStore<Opening>>,
  ): Promise<Result> {
    const result = await run(await connecting);
    deaths = 0;
    return result;
  }

  /** Repeats a call until it is answered, or there is no worker to answer it. */
  async function again<Result>(
    run: (connected: ConnectedStore<Opening>) => Promise<Result>,
  ): Promise<Result> {
    for (;;) {
      const asked = current();
      try {
        return await attempt(run, asked);
      } catch (failure) {
        const isAnotherThere = connection !== asked;
        if (!isStoreError(failure, "StoreWorkerError") || !isAnotherThere) throw failure;
      }
    }
  }

  let connection = connect();
  const { details } = await connection;
  const store: TraceStore = {
    async write(batch) {
      refuseIfClosed();
      return again(({ store }) => store.write(batch));
    },
    search: (query) => once(({ store }) => store.search(query)),
    get: (traceId, getOptions) => once(({ store }) => store.get(traceId, getOptions)),
    getSpan: (traceId, spanId) => once(({ store }) => store.getSpan(traceId, spanId)),
    delete: (selector) => once(({ store }) => store.delete(selector)),
    stats: (query) => once(({ store }) => store.stats(query)),
    changes: (since, limit) => once(({ store }) => store.changes(since, limit)),
    cancel: (requestId) => once(({ store }) => store.cancel(requestId)),
    close() {
      closing ??= again(({ store }) => store.close()).finally(() => {
        isClosed = true;
      });
      return closing;
    },
  };
  return { store, details, call: (run) => once(({ call }) => call(run)) };
}
