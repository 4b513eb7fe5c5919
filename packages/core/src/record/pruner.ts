import type { TraceStore } from "../store/contract.js";
import { isStoreError } from "../store/errors.js";
import { prune, type Retention } from "../store/retention.js";

export interface Pruner {
  /** A batch is in the store, with the ends of `endedRoots` roots. */
  written(endedRoots: number): void;
  /** The store has failed: if for want of space, the retention is applied at once, and the batch's next try may have room. */
  failed(error: unknown): void;
  /** Resolves when nothing is being deleted. */
  settled(): Promise<void>;
}

/** How many traces end between two deletions. */
const tracesBetween = 100;

/** Applies a retention after the first batch, and then after every hundred traces that ended. */
export function createPruner(
  store: TraceStore,
  retention: Retention,
  wallMs: () => number,
  onError: (error: unknown) => void,
): Pruner {
  let untilNext = 1;
  let running: Promise<void> | undefined;

  function start(): void {
    untilNext = tracesBetween;
    running = pruneNow().finally(() => (running = undefined));
  }

  async function pruneNow(): Promise<void> {
    try {
      await prune(store, retention, wallMs());
    } catch (error) {
      onError(error);
    }
  }

  return {
    written(endedRoots) {
      untilNext -= endedRoots;
      if (untilNext <= 0 && !running) start();
    },
    failed(error) {
      if (isStoreError(error, "QuotaExceededError") && !running) start();
    },
    settled: async () => running,
  };
}
