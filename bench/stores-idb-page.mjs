// What the page of the IndexedDB benchmark does. Bundled by stores-idb.mjs, and called through `bench`.
import { openStore } from "@spanbook/store-idb";
import Dexie from "dexie";
import { deleteDB, openDB } from "idb";

const startMs = 1_700_000_000_000;
const batchSpans = 500;
const spanCount = 20_000;
/** So few batches wait for the store at once, as behind a recorder. */
const maxInFlight = 4;

globalThis.bench = { write, fill, read, writePutPerSpan };

/**
 * Microseconds a span through the store's worker: until all are acknowledged as durable, or until they are folded in too, with
 * trace rows and indexes.
 */
async function write(spansPerTrace, isFolded) {
  const store = await openStore("write");
  const batches = [...toBatches(spanCount / spansPerTrace, spansPerTrace)];
  const start = performance.now();
  await writeAll(store, batches);
  if (isFolded) await store.search({ maxResults: 1 });
  const cost = ((performance.now() - start) * 1000) / spanCount;
  await store.close();
  await deleteDB("spanbook:write");
  return cost;
}

/** The same with a record for each span, as a program does that keeps spans in IndexedDB by itself. */
async function writePutPerSpan(library) {
  const spans = [...toBatches(spanCount / 10, 10)].map((batch) =>
    batch.spans.map(({ payload }) => JSON.parse(payload)),
  );
  const put = await openers[library]();
  const start = performance.now();
  for (const part of spans) await put.write(part);
  const cost = ((performance.now() - start) * 1000) / spanCount;
  await put.close();
  return cost;
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

/** Fills a store with traces of so many spans, if they are not there. */
async function fill(traceCount, spansPerTrace) {
  const store = await openStore(`filled ${traceCount} ${spansPerTrace}`);
  const { traces } = await store.search({ maxResults: 1 });
  if (traces.length === 0) await writeAll(store, toBatches(traceCount, spansPerTrace));
  await store.close();
}

const reads = {
  "first page": (store) => store.search({ maxResults: 100 }),
  "tag filter": (store) => store.search({ filter: "tag.topic = 'topic 7'", maxResults: 100 }),
  "text filter": (store) => store.search({ filter: "trace.text ILIKE '%needle77%'", maxResults: 100 }),
  stats: (store) => store.stats({}),
  get: (store) => store.get(idOf(1)),
};

/** Milliseconds, through the worker, the page's copy of the answer included. */
async function read(traceCount, spansPerTrace, name) {
  const store = await openStore(`filled ${traceCount} ${spansPerTrace}`);
  await store.search({ maxResults: 1 });
  const start = performance.now();
  await reads[name](store);
  const cost = performance.now() - start;
  await store.close();
  return cost;
}

async function writeAll(store, batches) {
  const inFlight = new Set();
  for (const batch of batches) {
    const writing = store.write(batch).finally(() => inFlight.delete(writing));
    inFlight.add(writing);
    if (inFlight.size >= maxInFlight) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
}

function* toBatches(traceCount, spansPerTrace, firstTrace = 1) {
  let spans = [];
  let patches = [];
  for (let trace = firstTrace; trace < firstTrace + traceCount; trace++) {
    for (let id = 1; id <= spansPerTrace; id++) {
      spans.push(toRecord(trace, id));
      if (spans.length < batchSpans) continue;
      yield toBatch(spans, patches, trace, id);
      spans = [];
      patches = [];
    }
    const order = String(trace).padStart(20, "0");
    patches.push({
      id: order,
      traceId: idOf(trace),
      op: "setTag",
      key: "topic",
      value: `topic ${trace % 1000}`,
    });
  }
  yield toBatch(spans, patches, firstTrace + traceCount, 0);
}

function toBatch(spans, patches, trace, id) {
  return {
    id: `batch ${trace} ${id}`,
    recorderId: "bench",
    spans,
    patches,
    origins: { resources: {}, scopes: {} },
  };
}

/** With 5 attributes and about 200 bytes of inputs and of outputs. */
function toRecord(trace, id) {
  const traceId = idOf(trace);
  const spanId = id.toString(16).padStart(16, "0");
  const start = BigInt(startMs + trace * 10) * 1_000_000n + BigInt(id);
  const times = { startTimeUnixNano: String(start), endTimeUnixNano: String(start + 5_000_000n) };
  const parent = id === 1 ? {} : { parentSpanId: "1".padStart(16, "0") };
  const attributes = {
    index: id,
    name: "two",
    isLast: true,
    score: 2.5,
    "mlflow.spanInputs": JSON.stringify({ question: wordsOf(trace * 31 + id) }),
    "mlflow.spanOutputs": JSON.stringify({ answer: wordsOf(trace * 17 + id), mark: `needle${trace}` }),
  };
  const name = id === 1 ? "ask" : "step";
  const status = "OK";
  return {
    digest: { traceId, spanId, ...parent, ...times, name, type: "TOOL", status, version: 2 },
    payload: JSON.stringify({
      traceId,
      spanId,
      ...parent,
      name,
      kind: 1,
      ...times,
      attributes,
      status: { code: 1 },
    }),
  };
}

/** About 180 characters that differ from span to span. */
function wordsOf(seed) {
  let state = seed;
  return Array.from({ length: 26 }, () =>
    (state = Math.imul(state + 1, 0x9e3779b1) >>> 0).toString(36).slice(0, 6),
  ).join(" ");
}

function idOf(trace) {
  return trace.toString(16).padStart(32, "0");
}
