import type { Batch } from "@spanbook/core/store";

/** Writes that queue up share one transaction: opening and committing one costs as much as writing 20 spans. */
export interface WriteGroups {
  /** Keeps its place among the store's calls, provided that every other call calls {@link WriteGroups.close}. */
  write(batch: Batch): Promise<void>;
  /** Later writes are queued after the call that is made now. */
  close(): void;
}

interface Group {
  readonly batches: Batch[];
  spanCount: number;
  /** The outcome of each batch, in order. */
  readonly outcomes: Promise<readonly PromiseSettledResult<unknown>[]>;
}

/** A group is full at this many spans, so that later calls do not wait long. */
const maxGroupSpans = 2000;

/**
 * `enqueue` runs a task when its turn comes; `writeAll` writes batches, all or nothing. If a whole group fails, its batches are
 * written one by one, and each call gets its own outcome.
 */
export function createWriteGroups(
  enqueue: (task: () => Promise<PromiseSettledResult<unknown>[]>) => Group["outcomes"],
  writeAll: (batches: readonly Batch[]) => Promise<void>,
): WriteGroups {
  let open: Group | undefined;

  function openGroup(): Group {
    const batches: Batch[] = [];
    const outcomes = enqueue(() => {
      if (open?.batches === batches) open = undefined;
      return writeGroup(batches);
    });
    return { batches, spanCount: 0, outcomes };
  }

  async function writeGroup(batches: readonly Batch[]): Promise<PromiseSettledResult<unknown>[]> {
    const [whole] = await Promise.allSettled([writeAll(batches)]);
    if (whole.status === "fulfilled" || batches.length === 1) return batches.map(() => whole);
    const outcomes = [];
    for (const batch of batches) outcomes.push(...(await Promise.allSettled([writeAll([batch])])));
    return outcomes;
  }

  return {
    async write(batch) {
      const group = (open ??= openGroup());
      const index = group.batches.push(batch) - 1;
      group.spanCount += batch.spans.length;
      if (group.spanCount >= maxGroupSpans) open = undefined;
      const outcome = (await group.outcomes)[index];
      if (outcome?.status === "rejected") throw outcome.reason;
    },
    close() {
      open = undefined;
    },
  };
}
