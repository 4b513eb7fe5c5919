/** A browser that accepts every request of a transaction and fails its commit, in fake-indexeddb: no real one can be made to. */
import "fake-indexeddb/auto";
import { createMemoryStore } from "@spanbook/core/memory";
import type { TraceStore } from "@spanbook/core/store";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { openIdbStore } from "../../packages/store-idb/src/idb-store.js";
import { outcomeOf } from "../conformance/check.js";
import { aBatch, aPatch, aSpan, traceId } from "../support/spans.js";
import { withoutRevisions } from "../support/without-revisions.js";

interface FakeTransaction {
  readonly mode: IDBTransactionMode;
  readonly error: DOMException | null;
  _markFinished(): void;
  _abort(name: string): void;
}

let count = 0;

/** A store without Web Locks, which Node 20 lacks. */
async function openHere(): Promise<TraceStore> {
  vi.stubGlobal("navigator", {});
  const database = { name: `failing ${++count}`, durability: "relaxed" } as const;
  const store = await openIdbStore(database, () => undefined);
  onTestFinished(() => store.close());
  return store;
}

/** From now on every commit that would change something fails with an error of that name. */
function failCommits(name: string): () => void {
  const prototype = IDBTransaction.prototype as unknown as FakeTransaction;
  const finish = prototype._markFinished;
  const spy = vi.spyOn(prototype, "_markFinished").mockImplementation(function (this: FakeTransaction) {
    if (this.mode === "readwrite" && !this.error) this._abort(name);
    else finish.call(this);
  });
  return () => spy.mockRestore();
}

async function contentOf(store: TraceStore): Promise<unknown> {
  const page = await store.search({ includeSpans: true, orderBy: ["request_id"] });
  const { changes } = await store.changes(0, 100);
  return {
    ...withoutRevisions(page),
    changes: changes.map(({ traceId, deleted }) => [traceId, deleted]),
    stats: await store.stats({}),
  };
}

const before = aBatch([aSpan(), aSpan({ id: 2, parent: 1, open: true })]);
const after = aBatch([aSpan({ id: 2, parent: 1 }), aSpan({ trace: 2, name: "later" })], {
  origins: { resources: { r: { attributes: { "service.name": "test" } } } },
  patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })],
});

afterEach(() => void vi.unstubAllGlobals());

for (const [name, expected] of [
  ["UnknownError", "UnknownError"],
  ["AbortError", "AbortError"],
  ["QuotaExceededError", "QuotaExceededError"],
] as const) {
  test(`a write whose commit fails with ${name} rejects with ${expected}, stores nothing, and can be repeated`, async () => {
    const [store, oracle] = [await openHere(), createMemoryStore()];
    for (const each of [store, oracle]) await each.write(before);
    // Reading folds it in, which could not be committed below.
    await store.search({});
    const letCommit = failCommits(name);
    expect(await outcomeOf(store.write(after))).toBe(expected);
    expect(await contentOf(store)).toEqual(await contentOf(oracle));
    letCommit();
    for (const each of [store, oracle]) await each.write(after);
    expect(await contentOf(store)).toEqual(await contentOf(oracle));
    expect((await store.get(traceId(1)))?.data.spans).toHaveLength(2);
  });
}

test("batches that share a transaction whose commit fails all reject, and none is stored", async () => {
  const store = await openHere();
  const letCommit = failCommits("UnknownError");
  const batches = [1, 2, 3].map((trace) => aBatch([aSpan({ trace })]));
  expect(await Promise.all(batches.map((batch) => outcomeOf(store.write(batch))))).toEqual(
    batches.map(() => "UnknownError"),
  );
  letCommit();
  expect((await store.stats({})).traceCount).toBe(0);
});

test("a deletion whose commit fails deletes nothing", async () => {
  const store = await openHere();
  await store.write(before);
  const content = await contentOf(store);
  const letCommit = failCommits("UnknownError");
  expect(await outcomeOf(store.delete({ maxTraces: 1 }))).toBe("UnknownError");
  letCommit();
  expect(await contentOf(store)).toEqual(content);
});

test("what cannot be folded in for lack of space is read once there is space", async () => {
  const store = await openHere();
  await store.write(before);
  await store.search({});
  await store.write(aBatch([aSpan({ trace: 2 })]));
  const letCommit = failCommits("QuotaExceededError");
  expect((await store.stats({})).traceCount).toBe(1);
  letCommit();
  expect((await store.stats({})).traceCount).toBe(2);
});

test("if folding in fails for another reason, reading rejects, and nothing is lost", async () => {
  const store = await openHere();
  await store.write(before);
  const letCommit = failCommits("UnknownError");
  expect(await outcomeOf(store.search({}))).toBe("UnknownError");
  letCommit();
  expect((await store.search({})).traces).toHaveLength(1);
});
