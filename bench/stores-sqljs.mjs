// What the SQLite store costs, beside node-sqlite3-wasm: SQLite as WebAssembly too, in this thread, with one plain table that it
// writes into its file directly. (better-sqlite3 is an addon that has to be compiled, node:sqlite needs a newer Node.)
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestSpan } from "@spanbook/core/model";
import { openStore } from "@spanbook/store-sqljs";
import sqlite from "node-sqlite3-wasm";

const spansPerTrace = 10;
const tracesPerBatch = 20;
const writtenTraces = 1000;
const said = "What melts at sixty two degrees, and what burns with a candle's wick? ".repeat(3).slice(0, 200);

/**
 * The lines over a store of that many traces of 10 spans each, with 200 bytes of inputs and of outputs a span, and of two large
 * traces. Makes the stores first, which takes 0.1 ms a span or so.
 */
export async function sqljsLines(traceCount) {
  const folder = mkdtempSync(path.join(tmpdir(), "spanbook-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  const newFile = () => path.join(folder, `${++files}.db`);

  const oursFile = newFile();
  const filling = await openStore(oursFile);
  await fill(filling, traceCount);
  const large = [1000, 10_000].map((spanCount, index) => ({ trace: traceCount + 1 + index, spanCount }));
  for (const { trace, spanCount } of large) await filling.write(batchOf(spansOf(trace, spanCount)));
  await filling.close();
  const peer = openPeer(newFile());
  fillPeer(peer, traceCount);
  for (const { trace, spanCount } of large) insertInto(peer, spansOf(trace, spanCount));
  const store = await openStore(oursFile, { readOnly: true });

  const line = (title, ours, theirs, toPeer) => ({
    title: `${title}, ${traceCount} traces`,
    unit: "ms",
    ours: { name: "Spanbook", measure: () => timed(ours) },
    peer: { name: "node-sqlite3-wasm", measure: () => timed(theirs) },
    target: toPeer === undefined ? {} : { toPeer },
  });
  const all = (query, parameters) => () => peer.all(query, parameters);
  const byDuration = { orderBy: ["execution_time_ms DESC"] };
  return [
    {
      title: "write a span durably, folded in",
      unit: "µs/span",
      ours: { name: "Spanbook", measure: () => perSpan(() => writeAndFold(newFile())) },
      peer: {
        name: "node-sqlite3-wasm",
        measure: () => perSpan(() => fillPeer(openPeer(newFile()), writtenTraces)),
      },
      floor: { name: "append and flush", measure: () => perSpan(() => appendLines(newFile())) },
      target: { toPeer: 1 },
    },
    line("first page", () => store.search({}), all("SELECT * FROM traces ORDER BY start DESC LIMIT 100"), 3),
    line(
      "tag filter by duration",
      () => store.search({ ...byDuration, filter: "tag.topic = 'law'" }),
      all(
        "SELECT * FROM traces WHERE json_extract(tags, '$.topic') = 'law' ORDER BY duration DESC LIMIT 100",
      ),
      1,
    ),
    line(
      "text filter",
      () => store.search({ ...byDuration, filter: "trace.text ILIKE '%paraffin%'" }),
      all("SELECT DISTINCT trace FROM spans WHERE payload LIKE '%paraffin%'"),
      1,
    ),
    line(
      "regular expression",
      () => store.search({ ...byDuration, filter: "trace.text RLIKE 'paraff?in \\d+'" }),
      all("SELECT DISTINCT trace FROM spans WHERE payload LIKE '%paraf%'"),
      1,
    ),
    line(
      "stats",
      () => store.stats({}),
      all("SELECT name, count(*), sum(duration) FROM spans GROUP BY name"),
      3,
    ),
    ...large.map(({ trace, spanCount }) =>
      line(
        `get ${spanCount} spans`,
        () => store.get(hex(trace, 32)),
        () =>
          peer
            .all("SELECT payload FROM spans WHERE trace = ?", [trace])
            .map(({ payload }) => JSON.parse(payload)),
        3,
      ),
    ),
    line(
      `open ${Math.round(statSync(oursFile).size / 1e6)} MB`,
      async () => (await openStore(oursFile, { readOnly: true })).close(),
      () => openPeer(oursFile, "SELECT count(*) FROM trace_rows").close(),
    ),
  ];
}

async function timed(run) {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

async function perSpan(run) {
  return ((await timed(run)) * 1000) / (writtenTraces * spansPerTrace);
}

async function writeAndFold(file) {
  const store = await openStore(file);
  await fill(store, writtenTraces);
  await store.search({ maxResults: 1 });
  await store.close();
}

/** Eight batches at a time, as many as a busy recorder has in flight. */
async function fill(store, traceCount) {
  const writing = [];
  for (const spans of batches(traceCount)) {
    writing.push(store.write(batchOf(spans)));
    if (writing.length > 8) await writing.shift();
  }
  await Promise.all(writing);
}

function* batches(traceCount) {
  for (let trace = 1; trace <= traceCount; trace += tracesPerBatch) {
    const count = Math.min(tracesPerBatch, traceCount + 1 - trace);
    yield Array.from({ length: count }, (_, index) => spansOf(trace + index, spansPerTrace)).flat();
  }
}

function spansOf(trace, count) {
  const start = 1_700_000_000_000_000_000n + BigInt(trace) * 1_000_000n;
  return Array.from({ length: count }, (_, index) => ({
    traceId: hex(trace, 32),
    spanId: hex(index + 1, 16),
    ...(index > 0 && { parentSpanId: hex(1, 16) }),
    name: ["answer", "retrieve", "chat", "search"][index % 4],
    kind: 1,
    startTimeUnixNano: String(start + BigInt(index)),
    endTimeUnixNano: String(start + BigInt((trace * 7919) % 1_000_000) * 1000n + 1000n),
    attributes: {
      "mlflow.spanInputs": JSON.stringify({ question: said }),
      "mlflow.spanOutputs": JSON.stringify(trace % 1000 === 7 && index === 0 ? `paraffin ${trace}` : said),
    },
  }));
}

function batchOf(spans) {
  const traceIds = [...new Set(spans.map(({ traceId }) => traceId))];
  return {
    id: `${traceIds[0]}-${spans.length}`,
    recorderId: "bench",
    spans: spans.map((span) => ({ digest: digestSpan(span, 1), payload: JSON.stringify(span) })),
    patches: traceIds.map((traceId) => ({
      id: `1700000000000-${traceId}`,
      traceId,
      op: "setTag",
      key: "topic",
      value: topicOf(traceId),
    })),
    origins: { resources: {}, scopes: {} },
  };
}

function topicOf(traceId) {
  return Number.parseInt(traceId, 16) % 10 === 0 ? "law" : "cooking";
}

function openPeer(file, query = peerSchema) {
  const database = new sqlite.Database(file);
  database.exec(query);
  return database;
}

const peerSchema = `
  PRAGMA cache_size = -65536;
  CREATE TABLE traces (id INTEGER PRIMARY KEY, start INTEGER, duration INTEGER, tags TEXT);
  CREATE TABLE spans (trace INTEGER, name TEXT, duration INTEGER, payload TEXT);
  CREATE INDEX spans_by_trace ON spans (trace);
  CREATE INDEX traces_by_start ON traces (start);
`;

function fillPeer(database, traceCount) {
  for (const spans of batches(traceCount)) insertInto(database, spans);
}

function insertInto(database, spans) {
  database.exec("BEGIN");
  const insertSpan = database.prepare("INSERT INTO spans VALUES (?, ?, ?, ?)");
  for (const span of spans) {
    const trace = Number.parseInt(span.traceId, 16);
    const duration = Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano));
    insertSpan.run([trace, span.name, duration, JSON.stringify(span)]);
    if (span.parentSpanId) continue;
    const tags = JSON.stringify({ topic: topicOf(span.traceId) });
    database.run("INSERT INTO traces VALUES (?, ?, ?, ?)", [trace, trace, duration, tags]);
  }
  insertSpan.finalize();
  database.exec("COMMIT");
}

function appendLines(file) {
  const fd = openSync(file, "w");
  for (const spans of batches(writtenTraces)) {
    writeSync(fd, spans.map((span) => JSON.stringify(span)).join("\n"));
    fdatasyncSync(fd);
  }
  closeSync(fd);
}

function hex(number, digits) {
  return number.toString(16).padStart(digits, "0");
}
