/** When the journal is folded in: when writing rests, before a call that must see it, and when too much lies there. */
import { isStoreError } from "@spanbook/core/worker";
import type { Folded } from "./fold.js";

export interface Folding {
  /**
   * Runs `append`, which puts `spanCount` spans into the journal, when there is room for them. Meanwhile nothing is folded in by
   * itself. Rejects where folding or `append` does.
   */
  append(spanCount: number, append: () => Promise<void>): Promise<void>;
  /**
   * Folds in what lies in the journal by now, of other tabs too. `pause` is awaited in between. Without space what could not
   * be folded in stays there, and the call goes on with what is.
   */
  settle(pause: () => Promise<void>): Promise<void>;
  /** Whether the journal was empty when last looked at, and this tab has put nothing into it since. */
  isLikelyEmpty(): boolean;
  stop(): void;
}

export interface FoldingOptions {
  /** Folds some of the journal in, up to that key if one is given. */
  readonly fold: (lastKey?: number) => Promise<Folded>;
  /** The last key of the journal, undefined where it is empty. */
  readonly lastKey: () => Promise<number | undefined>;
  /** Runs a task when its turn among the store's calls comes. */
  readonly enqueue: (task: () => Promise<void>) => Promise<void>;
  /** Called with failures that belong to no call. */
  readonly report: (failure: Error) => void;
}

/** Longer than the pauses between the batches of a busy recorder. */
const restMs = 20;
/** About 15 MB. If this store is gone before they are folded in, the next one that is opened reads them. */
const maxJournalSpans = 20_000;

export function createFolding({ fold, lastKey, enqueue, report }: FoldingOptions): Folding {
  /** What this tab has put into the journal, including what another tab has folded in since. */
  let spanCount = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let isLikelyEmpty = false;

  /** Folds a slice in; returns the last key of it, undefined where there was nothing. */
  async function foldSome(upTo?: number): Promise<number | undefined> {
    const folded = await fold(upTo);
    isLikelyEmpty = folded.lastKey === undefined;
    spanCount = isLikelyEmpty ? 0 : Math.max(0, spanCount - folded.spanCount);
    return folded.lastKey;
  }

  function schedule(delayMs = restMs): void {
    clearTimeout(timer);
    if (isStopped) return;
    // One slice at a time, so that other calls come in between.
    timer = setTimeout(() => {
      enqueue(async () => {
        if ((await foldSome()) !== undefined) schedule(0);
      }).catch(report);
    }, delayMs);
  }

  schedule();
  return {
    async append(count, append) {
      // Or folding would come due during this write, and run before the writes that wait for it.
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
