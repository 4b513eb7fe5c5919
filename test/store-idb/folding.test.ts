import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFolding } from "../../packages/store-idb/src/folding.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A journal of spans, of which 1,000 are folded in at a time, at the end of each slice; tasks run in the order they come. */
function createJournal() {
  let spanCount = 0;
  let foldCount = 0;
  const folding = createFolding({
    fold: () => {
      if (spanCount === 0) return Promise.resolve({ lastKey: undefined, spanCount: 0 });
      foldCount++;
      const folded = Math.min(spanCount, 1000);
      spanCount -= folded;
      return Promise.resolve({ lastKey: foldCount, spanCount: folded });
    },
    lastKey: () => Promise.resolve(spanCount > 0 ? Infinity : undefined),
    enqueue: (task) => task(),
    report: (failure) => {
      throw failure;
    },
  });
  return {
    counts: () => ({ spans: spanCount, folds: foldCount }),
    fail: () => folding.append(1, () => Promise.reject(new Error("the disk is full"))),
    async append(count: number, takesMs: number) {
      const appending = folding.append(count, async () => {
        await new Promise((resolve) => setTimeout(resolve, takesMs));
        spanCount += count;
      });
      await vi.advanceTimersByTimeAsync(takesMs);
      await appending;
    },
  };
}

test("nothing is folded in between writes that follow one another, however long each takes", async () => {
  const journal = createJournal();
  for (let i = 0; i < 10; i++) await journal.append(500, 300);
  expect(journal.counts()).toEqual({ spans: 5000, folds: 0 });
});

test("everything is folded in, slice by slice, when writing rests", async () => {
  const journal = createJournal();
  await journal.append(2500, 5);
  await vi.advanceTimersByTimeAsync(100);
  expect(journal.counts()).toEqual({ spans: 0, folds: 3 });
});

test("a write that finds the journal full waits until part of it is folded in", async () => {
  const journal = createJournal();
  await journal.append(20_500, 5);
  await journal.append(500, 5);
  expect(journal.counts()).toEqual({ spans: 20_000, folds: 1 });
});

test("after a failed write, what was there before is still folded in", async () => {
  const journal = createJournal();
  await journal.append(500, 5);
  await expect(journal.fail()).rejects.toThrow("the disk is full");
  await vi.advanceTimersByTimeAsync(100);
  expect(journal.counts()).toEqual({ spans: 0, folds: 1 });
});
