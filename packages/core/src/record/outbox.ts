/**
 * Batches on their way to the store. One that could not be written is kept and retried, at growing intervals while the store
 * fails; one that no retry can fix is given up.
 */
import type { Batch, SyncWritableStore, TraceStore } from "../store/contract.js";
import { isStoreError } from "../store/errors.js";
import { noContents, type Contents } from "./gathered-lines.js";
import { clearWriteTimer, setWriteTimer, type WriteTimer } from "./write-timer.js";

export interface OutboxOptions {
  readonly store: Pick<TraceStore, "write"> & Partial<Pick<SyncWritableStore, "writeSync">>;
  /** A batch is durable. */
  readonly onWritten: (contents: Contents) => void;
  /** A batch could not be written this time; it is tried again unless it is given up as well. */
  readonly onFailed: (error: unknown) => void;
  readonly onGivenUp: (contents: Contents) => void;
}

export interface Outbox {
  /** The sum of what its batches hold. */
  readonly held: Readonly<Contents>;
  /** Batches that are not yet durable. */
  readonly size: number;
  /** Takes a batch; the next call of one of the other methods writes it. */
  add(batch: Batch, contents: Contents): void;
  /** Writes the batches that are not being written, unless the store has failed: then the retry timer does that. */
  send(): void;
  /**
   * Writes them even if the store has failed. Resolves when all are durable; rejects with the store's error if one is
   * not.
   */
  flush(): Promise<void>;
  /** Starts writing what is not being written, and has the store save all of it before this returns, if it can. */
  saveSync(): void;
  /** Hands all of it to the store, durable when this returns; only for stores that have `writeSync`. */
  flushSync(): void;
}

interface Failure {
  readonly error: unknown;
}

const finalErrors = new Set(["TypeError", "RangeError", "StoreClosedError", "DataCloneError"]);
const firstRetryMs = 500;
const lastRetryMs = 30_000;

export function createOutbox({ store, onWritten, onFailed, onGivenUp }: OutboxOptions): Outbox {
  /** Not yet acknowledged, in the order in which they are tried. */
  const waiting = new Map<Batch, Contents>();
  const held = noContents();
  const inFlight = new Map<Batch, Promise<void>>();
  /** Set while the store is failing; then only `flush` and the retry write. */
  let retryTimer: WriteTimer | undefined;
  let retryMs = firstRetryMs;
  /** Why a batch was not written the last time. */
  const failures = new WeakMap<Batch, Failure>();

  function release(batch: Batch): Contents {
    const contents = waiting.get(batch) ?? noContents();
    waiting.delete(batch);
    count(contents, -1);
    return contents;
  }

  function count(contents: Contents, sign: 1 | -1): void {
    for (const key of Object.keys(held) as (keyof Contents)[]) held[key] += sign * contents[key];
  }

  function writeWaiting(): void {
    for (const batch of waiting.keys()) if (!inFlight.has(batch)) write(batch);
  }

  /**
   * Tries one batch, to find out whether the store works again, and a different one next time: the batch may be at
   * fault.
   */
  function retry(): void {
    retryTimer = undefined;
    const [batch, contents] = [...waiting].find(([each]) => !inFlight.has(each)) ?? [];
    if (!batch || !contents) return;
    waiting.delete(batch);
    waiting.set(batch, contents);
    write(batch);
  }

  function retryLater(): void {
    if (retryTimer !== undefined) return;
    retryTimer = setWriteTimer(retry, retryMs);
    retryMs = Math.min(retryMs * 2, lastRetryMs);
  }

  function write(batch: Batch): void {
    inFlight.set(batch, tryWrite(batch));
  }

  async function tryWrite(batch: Batch): Promise<void> {
    const failure = await failureOf(batch);
    // Before anything else: when another batch succeeds, all that are not in flight are tried again.
    inFlight.delete(batch);
    if (failure) failed(batch, failure);
    else succeeded(batch);
  }

  /** Undefined if the batch is durable. */
  async function failureOf(batch: Batch): Promise<Failure | undefined> {
    try {
      await store.write(batch);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  function succeeded(batch: Batch): void {
    const contents = release(batch);
    clearWriteTimer(retryTimer);
    retryTimer = undefined;
    retryMs = firstRetryMs;
    failures.delete(batch);
    onWritten(contents);
    writeWaiting();
  }

  /** Whether it only says that its recorder is done, which a closed store need not know. */
  function isFarewell(batch: Batch): boolean {
    const { records, patches } = waiting.get(batch) ?? held;
    return records + patches === 0;
  }

  function failed(batch: Batch, failure: Failure): void {
    if (isStoreError(failure.error, "StoreClosedError") && isFarewell(batch)) return void release(batch);
    failures.set(batch, failure);
    if (isFinal(failure)) onGivenUp(release(batch));
    else retryLater();
    onFailed(failure.error);
  }

  return {
    held,
    get size() {
      return waiting.size;
    },
    add(batch, contents) {
      waiting.set(batch, contents);
      count(contents, 1);
    },
    send() {
      if (retryTimer === undefined) writeWaiting();
    },
    async flush() {
      writeWaiting();
      const batches = [...waiting.keys()];
      for (;;) {
        // One that has failed may be in flight again, because another's success retries it.
        const attempts = batches.flatMap((batch) => inFlight.get(batch) ?? []);
        if (attempts.length === 0) break;
        await Promise.all(attempts);
      }
      for (const batch of batches) rethrow(failures.get(batch));
    },
    saveSync() {
      writeWaiting();
      let failure: Failure | undefined;
      // All of them: a store that wraps another may not have passed on what it has not acknowledged.
      for (const batch of waiting.keys()) {
        try {
          store.writeSync?.(batch);
        } catch (error) {
          failure = { error }; // The last one stands for all.
        }
      }
      rethrow(failure);
    },
    flushSync() {
      // Includes what is being written, for the same reason as in `saveSync`.
      for (const batch of waiting.keys()) store.writeSync?.(batch);
    },
  };
}

/** Whether no retry can fix it. */
function isFinal({ error }: Failure): boolean {
  return finalErrors.has((error as Partial<Error> | undefined)?.name ?? "");
}

function rethrow(failure: Failure | undefined): void {
  if (failure) throw failure.error as Error;
}
