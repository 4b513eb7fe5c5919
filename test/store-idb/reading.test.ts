/** What the contract's tests do not cover of reading from IndexedDB, in fake-indexeddb. */
import "fake-indexeddb/auto";
import type { GetOptions } from "@spanbook/core/store";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../../packages/store-idb/src/connection.js";
import { openIdbStore } from "../../packages/store-idb/src/idb-store.js";
import { nameOf } from "../../packages/store-idb/src/names.js";
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

test("a page of a large trace reads only the chunks it lies in, even if its root was written last", async () => {
  const name = `reading ${++count}`;
  const store = await openHere(name);
  // Large enough that payloads are stored apart, in chunks of 128.
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
  // Of 33, each counted twice: as a chunk, and as its payloads.
  expect(Math.max(...chunksRead)).toBeLessThanOrEqual(2 * 10);
});

test("a store that found nothing new still sees what another has since written and acknowledged", async () => {
  const name = `reading ${++count}`;
  const [store, other] = [await openHere(name), await openHere(name)];
  for (let id = 1; id <= 20; id++) {
    await other.write(aBatch([aSpan({ trace: 1, id, startMs: id }), aSpan({ trace: id + 1 })]));
    expect((await getTrace(store)).data.spans).toHaveLength(id);
    expect(await store.getSpan(traceId(id + 1), aSpan().spanId)).toBeDefined();
    // The journal is empty now.
    expect(await store.get(traceId(100))).toBeUndefined();
  }
});

test("traces with other resources and scopes than the one before get their own", async () => {
  const store = await openHere(`reading ${++count}`);
  const origins = (name: string) => ({
    resources: { [`r-${name}`]: { attributes: { name } } },
    scopes: { [`s-${name}`]: { name } },
  });
  const names = ["a", "a", "b", "a", "c"];
  for (const [index, name] of names.entries()) {
    const span = { ...aSpan({ trace: index + 1 }), resourceId: `r-${name}`, scopeId: `s-${name}` };
    await store.write({ ...aBatch([span]), origins: origins(name) });
  }
  for (const [index, name] of names.entries()) {
    for (const include of ["spans", "records"] as const) {
      const trace = await store.get(traceId(index + 1), { include });
      expect(trace?.data).toMatchObject(origins(name));
      expect(Object.keys(trace!.data.resources)).toHaveLength(1);
    }
  }
});

test("a database that is created anew has its traces' resources and scopes, whenever the old one was deleted", async () => {
  const name = `reading ${++count}`;
  const store = await openHere(name);
  const origins = { resources: { r: { attributes: { "service.name": "x" } } }, scopes: { s: { name: "y" } } };
  const write = (trace: number) =>
    store.write(aBatch([{ ...aSpan({ trace }), resourceId: "r", scopeId: "s" }], { origins }));
  for (let turns = 0; turns < 20; turns++) {
    await write(1);
    const read = store.search({}).catch(() => undefined);
    // At a different moment of folding in each time.
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    await deleteDatabase(name);
    await read;
    await write(2);
    expect([turns, (await store.get(traceId(2)))?.data]).toMatchObject([turns, origins]);
  }
});

function deleteDatabase(name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(nameOf(name));
    request.onsuccess = resolve;
    request.onerror = reject;
  });
}
