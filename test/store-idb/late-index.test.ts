/** A database of version 1, whose traces are added to later indexes while it is in use, in fake-indexeddb. */
import "fake-indexeddb/auto";
import { createMemoryStore } from "@spanbook/core/memory";
import type { TraceStore } from "@spanbook/core/store";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../../packages/store-idb/src/connection.js";
import { openIdbStore } from "../../packages/store-idb/src/idb-store.js";
import { indexMore } from "../../packages/store-idb/src/late-index.js";
import { dumpDatabase, restoreDatabase, type DatabaseDump } from "../browser/support/database-dump.js";
import { aBatch, aPatch, aSpan, recordOf, traceId } from "../support/spans.js";

const traceCount = 320;
const filters = [
  "tag.topic = 'topic 3'",
  "trace.name = 'name 2' AND trace.text LIKE '%word 7 %'",
  "trace.text LIKE '%word 31 %'",
  "trace.text LIKE '%a late word%'",
  "status = 'ERROR'",
];
const batch = aBatch(
  Array.from({ length: traceCount }, (_, index) =>
    aSpan({
      trace: index + 1,
      startMs: index,
      name: `name ${index % 5}`,
      inputs: `word ${index % 40} ${"x".repeat(index % 9 === 0 ? 20_000 : 10)}`,
      status: index % 11 === 0 ? "ERROR" : "OK",
    }),
  ),
  {
    patches: Array.from({ length: traceCount }, (_, index) =>
      aPatch(index + 1, { op: "setTag", key: "topic", value: `topic ${index % 7}` }, index + 1),
    ),
  },
);
/** A newer record of some traces, a tag for others; and new traces, before and after the old ones. */
const later = aBatch(
  [
    ...[5, 150, 300].map((trace) => recordOf(aSpan({ trace, startMs: trace, inputs: "a late word" }), 3)),
    aSpan({ trace: 1000, startMs: 1000, inputs: "word 31 and a late word" }),
  ],
  { id: "later", patches: [aPatch(900, { op: "setTag", key: "topic", value: "topic 3" }, 250)] },
);

let count = 0;

beforeEach(() => {
  // Node 20 has no Web Locks.
  vi.stubGlobal("navigator", {});
});
afterEach(() => void vi.unstubAllGlobals());

function fail(failure: Error): never {
  throw failure;
}

async function openHere(name: string): Promise<TraceStore> {
  const store = await openIdbStore({ name, durability: "relaxed" }, fail);
  onTestFinished(() => store.close());
  return store;
}

/** Makes a database as version 1 of the layout did, with the batch. */
async function makeOld(): Promise<string> {
  const name = `old ${++count}`;
  const store = await openIdbStore({ name: `${name} new`, durability: "relaxed" }, fail);
  await store.write(batch);
  await store.search({});
  await store.close();
  await restoreDatabase(`spanbook:${name}`, toVersion1(await dumpDatabase(`spanbook:${name} new`)));
  return name;
}

function toVersion1({ stores }: DatabaseDump): DatabaseDump {
  const old = stores
    .filter(({ name }) => name !== "grams" && name !== "journal")
    .map(({ records, indexes, ...store }) => ({
      ...store,
      indexes: indexes.filter(({ name }) => name !== "terms"),
      records: records.map(([key, value]) => [key, withoutLater(value)] as const),
    }));
  return { version: 1, stores: old };
}

function withoutLater(value: unknown): unknown {
  if (typeof value !== "object") return value;
  const { terms: _terms, gramBlocks: _gramBlocks, bytes: _bytes, ...rest } = value as Record<string, unknown>;
  return rest;
}

async function expectSame(store: TraceStore, oracle: TraceStore): Promise<void> {
  for (const filter of filters) {
    const idsOf = async (each: TraceStore) =>
      (await each.search({ filter, maxResults: 1000 })).traces.map(({ info }) => info.traceId);
    expect(await idsOf(store)).toEqual(await idsOf(oracle));
    expect(await store.stats({ filter })).toEqual(await oracle.stats({ filter }));
  }
}

async function isThrough(name: string): Promise<boolean> {
  const connection = await connect(name, () => undefined);
  const mark = await (await connection.database()).get("meta", "indexedTo");
  await connection.close();
  return mark === undefined;
}

test("a database of the first version finds everything at once, accepts more meanwhile, and is indexed in the end", async () => {
  const name = await makeOld();
  const oracle = createMemoryStore();
  await oracle.write(batch);
  const store = await openHere(name);
  await expectSame(store, oracle);
  for (const each of [store, oracle]) {
    await each.write(later);
    await each.delete({ traceIds: [2, 200, 319].map(traceId) });
  }
  await expectSame(store, oracle);
  await expect.poll(() => isThrough(name)).toBe(true);
  await expectSame(store, oracle);
  // Everything is looked up in the index now: what it lacks is not found.
  for (const each of [store, oracle]) await each.delete({ maxTraces: 100 });
  await expectSame(store, oracle);
});

test("indexing goes on where a tab that was closed midway left off", async () => {
  const name = await makeOld();
  const oracle = createMemoryStore();
  await oracle.write(batch);
  const connection = await connect(name, () => undefined);
  const slices = [1, 2].map(async () => indexMore(await connection.database(), "relaxed"));
  expect(await Promise.all(slices)).toEqual([true, true]);
  await connection.close();
  expect(await isThrough(name)).toBe(false);
  const store = await openHere(name);
  await expectSame(store, oracle);
  await expect.poll(() => isThrough(name)).toBe(true);
  await expectSame(store, oracle);
});
