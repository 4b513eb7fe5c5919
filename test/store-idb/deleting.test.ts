/** What the contract does not show of deletions in IndexedDB, in fake-indexeddb. */
import "fake-indexeddb/auto";
import { checkDeleting } from "../conformance/deleting.js";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../../packages/store-idb/src/connection.js";
import { forgetOldTombstones } from "../../packages/store-idb/src/delete.js";
import { openIdbStore } from "../../packages/store-idb/src/idb-store.js";
import { aBatch, aPatch, aSpan, traceId } from "../support/spans.js";

let count = 0;

// Node 20 has no Web Locks.
async function openHere(name = `deleting ${++count}`) {
  vi.stubGlobal("navigator", {});
  const store = await openIdbStore({ name, durability: "relaxed" });
  onTestFinished(() => store.close());
  return store;
}

afterEach(() => void vi.unstubAllGlobals());

checkDeleting((title, body) => test(title, async () => body(await openHere())));

test("of many deleted traces the latest are remembered, and those that were patched since", async () => {
  const store = await openHere("tombstones");
  await store.write(aBatch(Array.from({ length: 1300 }, (_, index) => aSpan({ trace: index + 1 }))));
  await store.delete({ maxTraces: 1290 });
  const patches = [aPatch(1, { op: "setTag", key: "topic", value: "law" }, 7)];
  await store.write(aBatch([], { recorderId: "another", patches }));

  const connection = await connect("tombstones", () => undefined);
  const transaction = (await connection.database()).transaction(["traces"], "readwrite");
  await forgetOldTombstones(transaction, 21);
  await transaction.done;
  await connection.close();

  const { changes } = await store.changes(0, 10_000);
  const deleted = changes.filter((change) => change.deleted).map((change) => change.traceId);
  expect(deleted).toEqual([7, ...Array.from({ length: 20 }, (_, index) => 1271 + index)].map(traceId));
  expect((await store.stats({})).traceCount).toBe(10);
});
