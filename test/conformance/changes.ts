import type { TraceStore } from "@spanbook/core/store";
import { expect } from "vitest";
import { aBatch, aPatch, aSpan, getInfo, recordOf, traceId } from "../support/spans.js";
import { outcomeOf, type Check } from "./check.js";

export function checkChanges(check: Check): void {
  check("nothing has changed in an empty store, or after a future revision", async (store) => {
    expect(await store.changes(0, 10)).toEqual({ changes: [], revision: 0, hasMore: false });
    await store.write(aBatch([aSpan()]));
    const later = Number.MAX_SAFE_INTEGER;
    expect(await store.changes(later, 10)).toEqual({ changes: [], revision: later, hasMore: false });
  });

  check("changes come oldest first, each trace once, at its last change", async (store) => {
    for (const trace of [1, 2, 3]) await store.write(aBatch([aSpan({ trace, open: true })]));
    await store.write(aBatch([aSpan({ trace: 2, id: 2, parent: 1 })]));
    await store.write(aBatch([], { patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })] }));
    const { changes, revision, hasMore } = await store.changes(0, 10);
    expect(changes.map((change) => [change.traceId, change.deleted])).toEqual([
      [traceId(3), false],
      [traceId(2), false],
      [traceId(1), false],
    ]);
    expect(changes.map((change) => change.revision)).toEqual([
      (await getInfo(store, 3)).revision,
      (await getInfo(store, 2)).revision,
      (await getInfo(store, 1)).revision,
    ]);
    expect([revision, hasMore]).toEqual([changes.at(-1)?.revision, false]);
  });

  check("only what changed after the given revision is returned", async (store) => {
    await store.write(aBatch([aSpan({ trace: 1 }), aSpan({ trace: 2 })]));
    const { revision } = await store.changes(0, 10);
    expect(await store.changes(revision, 10)).toEqual({ changes: [], revision, hasMore: false });
    await store.write(aBatch([recordOf(aSpan({ trace: 1, name: "renamed" }), 2)]));
    const next = await store.changes(revision, 10);
    expect(next.changes.map((change) => change.traceId)).toEqual([traceId(1)]);
    expect(next.revision).toBeGreaterThan(revision);
  });

  check("a limit cuts, hasMore says so, and the revision leads on, even within one batch", async (store) => {
    const numbers = Array.from({ length: 25 }, (_, index) => index + 1);
    await store.write(aBatch(numbers.slice(0, 20).map((trace) => aSpan({ trace }))));
    for (const trace of numbers.slice(20)) await store.write(aBatch([aSpan({ trace })]));
    for (const limit of [1, 3, 5, 25, 10_000]) {
      const pages = await readChanges(store, limit);
      expect(pages.every((page) => page.length <= limit)).toBe(true);
      expect(pages).toHaveLength(Math.ceil(25 / limit));
      const changes = pages.flat();
      expect(changes.map((change) => change.traceId).sort()).toEqual(numbers.map(traceId));
      const revisions = changes.map((change) => change.revision);
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    }
  });

  check("paging while traces change gives each trace at its last change", async (store) => {
    for (const trace of [1, 2, 3, 4]) await store.write(aBatch([aSpan({ trace })]));
    const first = await store.changes(0, 2);
    expect(first.changes.map((change) => change.traceId)).toEqual([traceId(1), traceId(2)]);
    await store.write(
      aBatch([], {
        patches: [1, 3].map((trace) => aPatch(1, { op: "setTag", key: "a", value: "b" }, trace)),
      }),
    );
    const second = await store.changes(first.revision, 10);
    expect(second.changes[0]?.traceId).toBe(traceId(4));
    expect(second.changes.map((change) => change.traceId).sort()).toEqual([1, 3, 4].map(traceId));
  });

  check("a deletion is a change, and a revival is another", async (store) => {
    await store.write(aBatch([aSpan({ trace: 1 }), aSpan({ trace: 2 })]));
    const { revision } = await store.changes(0, 10);
    await store.delete({ traceIds: [traceId(1)] });
    const deletion = await store.changes(revision, 10);
    expect(deletion.changes).toEqual([{ traceId: traceId(1), revision: deletion.revision, deleted: true }]);
    expect(deletion.revision).toBeGreaterThan(revision);
    expect((await store.changes(0, 10)).changes.map((change) => change.deleted)).toEqual([false, true]);

    await store.write(aBatch([aSpan({ trace: 1 })], { recorderId: "import-1" }));
    const revival = await store.changes(revision, 10);
    expect(revival.changes).toEqual([
      { traceId: traceId(1), revision: (await getInfo(store, 1)).revision, deleted: false },
    ]);
    expect(revival.revision).toBeGreaterThan(deletion.revision);
  });

  check("traces that are deleted together are one change each", async (store) => {
    await store.write(aBatch([1, 2, 3].map((trace) => aSpan({ trace }))));
    const { revision } = await store.changes(0, 10);
    await store.delete({ maxTraces: 3 });
    const first = await store.changes(revision, 2);
    expect([first.changes.length, first.hasMore]).toEqual([2, true]);
    const second = await store.changes(first.revision, 2);
    expect([second.changes.length, second.hasMore]).toEqual([1, false]);
    expect([...first.changes, ...second.changes].map((change) => change.traceId).sort()).toEqual(
      [1, 2, 3].map(traceId),
    );
  });

  const badArguments: [string, number, number][] = [
    ["since is negative", -1, 10],
    ["since is not an integer", 0.5, 10],
    ["limit is 0", 0, 0],
    ["limit is 10,001", 0, 10_001],
    ["limit is missing", 0, undefined as unknown as number],
  ];
  for (const [what, since, limit] of badArguments) {
    check(`changes reject with RangeError if ${what}`, async (store) => {
      expect(await outcomeOf(store.changes(since, limit))).toBe("RangeError");
    });
  }
}

/** The pages of all changes. */
async function readChanges(store: TraceStore, limit: number) {
  const pages = [];
  let since = 0;
  for (;;) {
    const { changes, revision, hasMore } = await store.changes(since, limit);
    pages.push(changes);
    if (!hasMore) return pages;
    since = revision;
  }
}
