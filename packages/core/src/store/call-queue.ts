import { storeError } from "./errors.js";

/** Work that pauses at each `yield`, where it lets other tasks run when its time slice is used up. */
export type SlicedWork<Result> = () => Generator<void, Result>;

/** The calls of a store, one after another in call order, each cancellable by its request id. */
export interface CallQueue {
  run<Result>(work: SlicedWork<Result>, requestId?: string): Promise<Result>;
  cancel(requestId: string): void;
  /** Runs `last` after all that was called before; later calls reject with StoreClosedError. */
  close(last: () => void | Promise<void>): Promise<void>;
}

const sliceMs = 8;

export function createCallQueue(): CallQueue {
  let tail: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const pending = new Map<string, { cancelled: boolean }>();

  function enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = tail.then(task);
    tail = result.catch(() => undefined);
    return result;
  }

  return {
    run(work, requestId) {
      if (closing) return Promise.reject(storeError("StoreClosedError", "the store is closed"));
      const request = { cancelled: false };
      if (requestId !== undefined) pending.set(requestId, request);
      return enqueue(() => runInSlices(work, request)).finally(() => {
        if (requestId !== undefined && pending.get(requestId) === request) pending.delete(requestId);
      });
    },
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

async function runInSlices<Result>(
  work: SlicedWork<Result>,
  request: { cancelled: boolean },
): Promise<Result> {
  const steps = work();
  let sliceEnd = performance.now() + sliceMs;
  for (;;) {
    if (request.cancelled) {
      // Runs the work's finally blocks.
      steps.return(undefined as Result);
      throw storeError("AbortError", "the call was cancelled");
    }
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() >= sliceEnd) {
      await new Promise((resolve) => setTimeout(resolve));
      sliceEnd = performance.now() + sliceMs;
    }
  }
}
