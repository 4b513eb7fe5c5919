import { storeError } from "./errors.js";

/** Work that can pause at each `yield`, to let other tasks run when its time slice is used up. */
export type SlicedWork<Result> = () => Generator<void, Result>;

/** Work that waits for something; between its steps it awaits `pause`, which rejects with AbortError once it is cancelled. */
export type AsyncWork<Result> = (pause: () => Promise<void>) => Promise<Result>;

/** The calls of a store, one after another in call order, each cancellable by its request id. */
export interface CallQueue {
  /** Runs short work in one step. Like the others, rejects with what the work throws, and with AbortError once it is cancelled. */
  run<Result>(work: () => Result, requestId?: string): Promise<Result>;
  /** Runs long work in slices of 8 ms. */
  runSliced<Result>(work: SlicedWork<Result>, requestId?: string): Promise<Result>;
  runAsync<Result>(work: AsyncWork<Result>, requestId?: string): Promise<Result>;
  /** Cancels the call with that id: a waiting one never begins, a running one ends at its next pause. */
  cancel(requestId: string): void;
  /** Runs `last` after all earlier calls; later calls reject with StoreClosedError. */
  close(last: () => void | Promise<void>): Promise<void>;
}

interface Request {
  cancelled: boolean;
}

const sliceMs = 8;

export function createCallQueue(): CallQueue {
  let tail: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const pending = new Map<string, Request>();

  function enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = tail.then(task);
    tail = result.catch(() => undefined);
    return result;
  }

  function call<Result>(
    task: (request: Request) => Promise<Result>,
    requestId: string | undefined,
  ): Promise<Result> {
    if (closing) return Promise.reject(storeError("StoreClosedError", "the store is closed"));
    const request = { cancelled: false };
    const result = enqueue(() => task(request));
    if (requestId === undefined) return result;
    pending.set(requestId, request);
    return result.finally(() => {
      if (pending.get(requestId) === request) pending.delete(requestId);
    });
  }

  return {
    run: (work, requestId) =>
      call(async (request) => {
        if (request.cancelled) throw cancellation();
        return work();
      }, requestId),
    runSliced: (work, requestId) => call((request) => runInSlices(work, request), requestId),
    runAsync: (work, requestId) =>
      call(async (request) => {
        const pause = createPause(request);
        await pause();
        return work(pause);
      }, requestId),
    cancel(requestId) {
      const request = pending.get(requestId);
      if (request) request.cancelled = true;
    },
    close(last) {
      closing ??= enqueue(async () => last());
      return closing;
    },
  };
}

async function runInSlices<Result>(work: SlicedWork<Result>, request: Request): Promise<Result> {
  const steps = work();
  let sliceEnd = performance.now() + sliceMs;
  for (;;) {
    if (request.cancelled) {
      // Runs the work's finally blocks.
      steps.return(undefined as Result);
      throw cancellation();
    }
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() >= sliceEnd) {
      await nextTask();
      sliceEnd = performance.now() + sliceMs;
    }
  }
}

function createPause(request: Request): () => Promise<void> {
  let sliceEnd = performance.now() + sliceMs;
  return async () => {
    if (!request.cancelled && performance.now() >= sliceEnd) {
      await nextTask();
      sliceEnd = performance.now() + sliceMs;
    }
    if (request.cancelled) throw cancellation();
  };
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function cancellation(): Error {
  return storeError("AbortError", "the call was cancelled");
}
