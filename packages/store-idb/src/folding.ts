/** When the journal is folded in: when writing pauses, before a call that must see its batches, and when it gets too long. */
import { isStoreError } from "@spanbook/core/worker";
import type { Folded } from "./fold.js";

export interface Folding {
  /**
   * Runs `append`, which puts `spanCount` spans into the journal, as soon as there is room for them. No fold is started by the
   * timer meanwhile. Rejects if folding or `append` does.
   */
  append(spanCount: number, append: () => Promise<void>): Promise<void>;
  /**
   * Folds in all that the journal holds by now, other tabs' batches too, awaiting `pause` in between. If space runs out, the rest
   * stays in the journal and the call goes on without it.
   */
  settle(pause: () => Promise<void>): Promise<void>;
  /** Whether the journal was empty when last looked at, and this tab has put nothing into it since. */
  isLikelyEmpty(): boolean;
  stop(): void;
}

export interface FoldingOptions {
  /** Folds in part of the journal, up to that key if one is given. */
  readonly fold: (lastKey?: number) => Promise<Folded>;
  /** The last key of the journal, undefined if it is empty. */
  readonly lastKey: () => Promise<number | undefined>;
  /** Queues a task among the store's calls. */
  readonly enqueue: (task: () => Promise<void>) => Promise<void>;
  /** Called with failures that belong to no call. */
  readonly report: (failure: Error) => void;
}

/** Longer than the pauses between the batches of a busy recorder. */
const restMs = 20;
/** About 15 MB. If the store goes away before they are folded in, the next one to open reads them. */
const maxJournalSpans = 20_000;

export function createFolding({ fold, lastKey, enqueue, report }: FoldingOptions): Folding {
  /** Spans that this tab has put into the journal, including any that another tab has since folded in. */
  let spanCount = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let isLikelyEmpty = false;

  /** Folds in a slice and returns its last key, undefined if the journal was empty. */
  async function foldSome(upTo?: number): Promise<number | undefined> {
    const folded = await fold(upTo);
    isLikelyEmpty = folded.lastKey === undefined;
    spanCount = isLikelyEmpty ? 0 : Math.max(0, spanCount - folded.spanCount);
    return folded.lastKey;
  }

  function schedule(delayMs = restMs): void {
    clearTimeout(timer);
    if (isStopped) return;
    // One slice at a time, so that other calls can run in between.
    timer = setTimeout(() => {
      enqueue(async () => {
        if ((await foldSome()) !== undefined) schedule(0);
      }).catch(report);
    }, delayMs);
  }

  schedule();
  return {
    async append(count, append) {
      // Otherwise folding could come due during this write and run before the writes that wait for it.
      clearTimeout(timer);
      isLikelyEmpty = false;
      try {
        while (spanCount > maxJournalSpans) await foldSome();
        await append();
        spanCount += count;
      } finally {
        schedule();
      }
    },
    async settle(pause) {
      const upTo = await lastKey();
      isLikelyEmpty = upTo === undefined;
      if (upTo === undefined) return;
      try {
        while (((await foldSome(upTo)) ?? upTo) < upTo) await pause();
      } catch (failure) {
        if (!isStoreError(failure, "QuotaExceededError")) throw failure;
        report(failure);
      }
    },
    isLikelyEmpty: () => isLikelyEmpty,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
