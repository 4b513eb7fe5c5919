/** What the contract does not show of reading from IndexedDB, in fake-indexeddb. */
import "fake-indexeddb/auto";
import type { GetOptions } from "@spanbook/core/store";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../../packages/store-idb/src/connection.js";
import { openIdbStore } from "../../packages/store-idb/src/idb-store.js";
import { aBatch, aSpan, getTrace, searchInfos, traceId } from "../support/spans.js";

let count = 0;

function fail(failure: Error): never {
  throw failure;
}

async function openHere(name: string) {
  // Node 20 has no Web Locks.
  vi.stubGlobal("navigator", {});
  const store = await openIdbStore({ name, durability: "relaxed" }, fail);
  onTestFinished(() => store.close());
  return store;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("opening a store and listing its traces reads no spans", async () => {
  const name = `reading ${++count}`;
  const store = await openHere(name);
  await store.write(aBatch([aSpan(), aSpan({ id: 2, parent: 1 })]));
  const infos = await searchInfos(store);
  await store.close();
  const connection = await connect(name, () => undefined);
  await (await connection.database()).clear("chunks");
  await connection.close();
  expect(await searchInfos(await openHere(name))).toEqual(infos);
});

test("a page of a large trace reads the chunks that it lies in, also where its root was written last", async () => {
  const name = `reading ${++count}`;
  const store = await openHere(name);
  // Large enough that payloads lie apart, in chunks of 128.
  const children = Array.from({ length: 4000 }, (_, index) =>
    aSpan({ id: index + 2, parent: 1, startMs: index + 1, inputs: "x".repeat(150) }),
  );
  await store.write(aBatch(children));
  await store.write(aBatch([aSpan({ endMs: 5000, inputs: "x".repeat(20_000) })]));
  const whole = (await getTrace(store)).data.spans;
  const getAll = vi.spyOn(IDBObjectStore.prototype, "getAll");
  const chunksRead: number[] = [];
  const seen: string[] = [];
  for (let options: GetOptions = { maxSpans: 1000 }; ;) {
    const { spans } = (await store.get(traceId(1), options))!.data;
    const results = getAll.mock.results.map(({ value }) => (value as IDBRequest<unknown[]>).result.length);
    getAll.mockClear();
    chunksRead.push(results.reduce((sum, length) => sum + length, 0));
    seen.push(...spans.map(({ spanId }) => spanId));
    const last = spans.at(-1);
    if (!last || spans.length < 1000) break;
    options = { maxSpans: 1000, after: { startTimeUnixNano: last.startTimeUnixNano, spanId: last.spanId } };
  }
  expect(seen).toEqual(whole.map(({ spanId }) => spanId));
  // Of 33, each twice: as a chunk, and its payloads.
  expect(Math.max(...chunksRead)).toBeLessThanOrEqual(2 * 10);
});
