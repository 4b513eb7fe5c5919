import type { TraceStore } from "../store/contract.js";
import { isStoreError } from "../store/errors.js";
import { prune, type Retention } from "../store/retention.js";

export interface Pruner {
  /** A batch is in the store, with the ends of `endedRoots` roots. */
  written(endedRoots: number): void;
  /** The store has failed. If it is full, the retention is applied at once, so that the batch may fit on its next try. */
  failed(error: unknown): void;
  /** Resolves when nothing is being deleted. */
  settled(): Promise<void>;
}

/** How many traces end between two deletions. */
const tracesBetween = 100;

/** Applies a retention when the first ended trace is written, and then after every hundred. */
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
