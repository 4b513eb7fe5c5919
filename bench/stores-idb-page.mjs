// What the page of the IndexedDB benchmark does. Bundled by stores-idb.mjs, and called through `bench`.
import { openStore } from "@spanbook/store-idb";
import Dexie from "dexie";
import { deleteDB, openDB } from "idb";
import { batchesOf, filters, traceIdOf, writeAll } from "./store-workload.mjs";

const writtenSpans = 20_000;
/** How few batches wait for the store at once, as behind a recorder. */
const maxInFlight = 4;

globalThis.bench = { write, writePutPerSpan, fillLarge, get, openGrowing, fillTo, read };

/**
 * Microseconds per span through the store's worker: until all are acknowledged as durable, or until they are folded in too, with
 * trace rows and indexes.
 */
async function write(spansPerTrace, isFolded) {
  const store = await openStore("write");
  const batches = [...batchesOf({ traceCount: writtenSpans / spansPerTrace, spansPerTrace })];
  const ms = await timed(async () => {
    await writeAll(store, batches, maxInFlight);
    if (isFolded) await foldIn(store);
  });
  await store.close();
  await deleteDB("spanbook:write");
  return (ms * 1000) / writtenSpans;
}

/** The same with one record per span, as in a program that keeps spans in IndexedDB by itself. */
async function writePutPerSpan(library) {
  const parts = [...batchesOf({ traceCount: writtenSpans / 10, spansPerTrace: 10 })].map(({ spans }) =>
    spans.map(({ payload }) => JSON.parse(payload)),
  );
  const put = await openers[library]();
  const ms = await timed(async () => {
    for (const part of parts) await put.write(part);
  });
  await put.close();
  return (ms * 1000) / writtenSpans;
}

const openers = {
  async idb() {
    const database = await openDB("put", 1, {
      upgrade(opened) {
        const spans = opened.createObjectStore("spans", { keyPath: ["traceId", "spanId"] });
        spans.createIndex("start", "startTimeUnixNano");
      },
    });
    return {
      async write(spans) {
        const transaction = database.transaction("spans", "readwrite", { durability: "relaxed" });
        for (const span of spans) void transaction.store.put(span);
        await transaction.done;
      },
      async close() {
        database.close();
        await deleteDB("put");
      },
    };
  },
  async Dexie() {
    const database = new Dexie("dexie");
    database.version(1).stores({ spans: "[traceId+spanId], startTimeUnixNano" });
    return {
      write: (spans) => database.table("spans").bulkPut(spans),
      close: () => database.delete(),
    };
  },
};

/** Makes a store with one trace of that many spans, if it is not there. */
async function fillLarge(spanCount) {
  const store = await openStore(`large ${spanCount}`);
  const isThere = (await store.search({})).traces.length > 0;
  if (!isThere) await writeAll(store, batchesOf({ traceCount: 1, spansPerTrace: spanCount }), maxInFlight);
  await foldIn(store);
  await store.close();
}

/** Milliseconds for the whole trace, from a store just opened, or from one that has been read from before. */
async function get(spanCount, isFirst) {
  const store = await openStore(`large ${spanCount}`);
  await foldIn(store);
  if (!isFirst) for (let count = 0; count < 3; count++) await store.get(traceIdOf(1));
  const ms = await timed(() => store.get(traceIdOf(1)));
  await store.close();
  return ms;
}

let growing;
let traceCount = 0;

async function openGrowing() {
  growing = await openStore("growing");
}

/** Microseconds per span that is added, until all are folded in. */
async function fillTo(spanCount, spansPerTrace) {
  const added = spanCount / spansPerTrace - traceCount;
  const ms = await timed(async () => {
    await writeAll(
      growing,
      batchesOf({ traceCount: added, spansPerTrace, firstTrace: traceCount + 1 }),
      maxInFlight,
    );
    await foldIn(growing);
  });
  traceCount += added;
  return (ms * 1000) / (added * spansPerTrace);
}

const reads = {
  open: async () => (await openStore("growing")).close(),
  "first page": () => growing.search({ maxResults: 100 }),
  "tag filter": () => growing.search({ filter: filters.tag, maxResults: 100 }),
  "tag filter by duration": () =>
    growing.search({ filter: filters.tag, orderBy: ["execution_time_ms DESC"], maxResults: 100 }),
  "text filter": () => growing.search({ filter: filters.text, maxResults: 100 }),
  stats: () => growing.stats({}),
  "get of a trace": () => growing.get(traceIdOf(Math.ceil(traceCount / 2))),
  "100 changes": () => growing.changes(0, 100),
};

/** Milliseconds through the worker, including the page's copy of the answer. */
function read(what) {
  return timed(reads[what]);
}

/** Any read first folds in what was written. */
async function foldIn(store) {
  await store.search({ maxResults: 1 });
}

async function timed(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
