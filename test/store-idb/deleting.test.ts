/** What the contract's tests do not cover of deletions in IndexedDB, in fake-indexeddb. */
import "fake-indexeddb/auto";
import { checkDeleting } from "../conformance/deleting.js";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../../packages/store-idb/src/connection.js";
import { forgetOldTombstones } from "../../packages/store-idb/src/delete.js";
import { openIdbStore } from "../../packages/store-idb/src/idb-store.js";
import { aBatch, aPatch, aSpan, traceId } from "../support/spans.js";

let count = 0;

function fail(failure: Error): never {
  throw failure;
}

// Node 20 has no Web Locks.
async function openHere(name = `deleting ${++count}`) {
  vi.stubGlobal("navigator", {});
  const store = await openIdbStore({ name, durability: "relaxed" }, fail);
  onTestFinished(() => store.close());
  return store;
}

async function forgetTombstones(name: string, maxCount: number): Promise<void> {
  const connection = await connect(name, () => undefined);
  const transaction = (await connection.database()).transaction(["traces"], "readwrite");
  await forgetOldTombstones(transaction, maxCount);
  await transaction.done;
  await connection.close();
}

afterEach(() => void vi.unstubAllGlobals());

checkDeleting((title, body) => test(title, async () => body(await openHere())));

test("of many deleted traces, the latest are remembered, and those patched since", async () => {
  const store = await openHere("tombstones");
  await store.write(aBatch(Array.from({ length: 1300 }, (_, index) => aSpan({ trace: index + 1 }))));
  await store.delete({ maxTraces: 1290 });
  const patches = [aPatch(1, { op: "setTag", key: "topic", value: "law" }, 7)];
  await store.write(aBatch([], { recorderId: "another", patches }));
  await store.changes(0, 1);

  await forgetTombstones("tombstones", 21);

  const { changes } = await store.changes(0, 10_000);
  const deleted = changes.filter((change) => change.deleted).map((change) => change.traceId);
  expect(deleted).toEqual([7, ...Array.from({ length: 20 }, (_, index) => 1271 + index)].map(traceId));
  expect((await store.stats({})).traceCount).toBe(10);
});

test("a tab that slept while a trace was deleted, forgotten and brought back reads it as it now is", async () => {
  const [sleeping, waking] = [await openHere("revived"), await openHere("revived")];
  await waking.write(aBatch([aSpan({ name: "before" })]));
  expect((await sleeping.get(traceId(1)))?.data.spans).toHaveLength(1);
  await waking.delete({ traceIds: [traceId(1)] });
  await forgetTombstones("revived", 0);
  const spans = [aSpan({ id: 2, name: "after" }), aSpan({ id: 3, name: "after" })];
  await waking.write(aBatch(spans, { recorderId: "import" }));
  expect((await sleeping.get(traceId(1)))?.data.spans.map(({ name }) => name)).toEqual(["after", "after"]);
});
