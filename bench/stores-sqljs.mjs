// What the SQLite store costs, compared with node-sqlite3-wasm, which is also SQLite as WebAssembly, in this thread, with plain tables
// in its file; and with the same tables in an SQLite compiled for the machine. (better-sqlite3 is one, too, but has to be fetched or
// compiled by its install script.)
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openStore } from "@spanbook/store-sqljs";
import sqlite from "node-sqlite3-wasm";
import { startNative } from "./native-sqlite.mjs";
import { addPlainTrace, fillPlain, getPlain, plainQueries } from "./plain-sqlite.mjs";
import { batchesOf, filters, toBatch, spansOf, traceIdOf, writeAll } from "./store-workload.mjs";

const spansPerTrace = 10;
/** A store of 20,000 traces is about 200 MB. */
function sizesOf(isShort) {
  const [writtenTraces, storedTraces] = isShort ? [100, 200] : [10_000, 20_000];
  return {
    written: { traceCount: writtenTraces, spansPerTrace },
    stored: { traceCount: storedTraces, spansPerTrace },
    /** Further traces, by how many spans they have. */
    largeTraces: { 1000: storedTraces + 1, ...(!isShort && { 100_000: storedTraces + 2 }) },
  };
}

const byDuration = ["execution_time_ms DESC"];
/** By what is read; {@link plainQueries} asks the plain tables the same. */
const reads = {
  "first page": (store) => store.search({}),
  "tag filter": (store) => store.search({ filter: filters.tag }),
  "tag filter by duration": (store) => store.search({ filter: filters.tag, orderBy: byDuration }),
  "text filter": (store) => store.search({ filter: filters.text, orderBy: byDuration }),
  "regular expression": (store) => store.search({ filter: filters.pattern, orderBy: byDuration }),
  stats: (store) => store.stats({}),
};
/** Milliseconds, at any size. */
const budgets = { "first page": 10, "tag filter": 50 };

/** The lines. Fills a store and the plain tables first. */
export async function openSqljsBench({ isShort = false } = {}) {
  const { written, ...filled } = sizesOf(isShort);
  const newFile = newFolder();
  const batches = [...batchesOf(written)];
  const [nativeWriter, nativeReader] = [startNative(), startNative()];
  await nativeWriter?.run("make", written);
  return {
    lines: [
      ...writeLines(newFile, batches, nativeWriter),
      ...(await readLines(newFile, nativeReader, filled)),
    ],
    async close() {
      await nativeWriter?.close();
      await nativeReader?.close();
    },
  };
}

function writeLines(newFile, batches, native) {
  const writtenSpans = batches.reduce((sum, { spans }) => sum + spans.length, 0);
  const count = writtenSpans.toLocaleString("en");
  const perSpan = (ms) => (ms * 1000) / writtenSpans;
  const line = (title, ours, atMost) => ({
    title: `SQLite, ${title}`,
    unit: "µs/span",
    ours: { name: "Spanbook", measure: async () => perSpan(await ours(newFile())) },
    peer: {
      name: "node-sqlite3-wasm",
      measure: async () => perSpan(await timed(() => fillPlain(openWasm(newFile()), batches))),
    },
    floor: native && {
      name: "native",
      async measure() {
        const ms = await native.run("fill", newFile());
        await native.run("close");
        return perSpan(ms);
      },
    },
    target: { atMost },
  });
  return [
    line(`a burst of ${count} spans acknowledged`, (file) => writeBurst(file, batches), 10),
    line(`${count} spans folded in and saved`, (file) => writeAndSave(file, batches), 33),
    {
      title: `SQLite, append and flush ${count} spans, no database`,
      unit: "µs/span",
      ours: {
        name: "fdatasync",
        measure: async () => perSpan(await timed(() => append(newFile(), batches))),
      },
    },
  ];
}

/** Milliseconds until all is acknowledged, without opening and closing. */
async function writeBurst(file, batches) {
  const store = await openStore(file);
  const ms = await timed(() => writeAll(store, batches, Infinity));
  await store.close();
  return ms;
}

async function writeAndSave(file, batches) {
  const store = await openStore(file);
  return timed(async () => {
    await writeAll(store, batches);
    await store.close();
  });
}

async function readLines(newFile, native, { stored, largeTraces }) {
  const [ourFile, peerFile] = [newFile(), newFile()];
  const filling = await openStore(ourFile);
  await writeAll(filling, batchesOf(stored));
  const peer = openWasm(peerFile);
  fillPlain(peer, batchesOf(stored));
  if (native) {
    await native.run("make", stored);
    await native.run("fill", newFile());
  }
  for (const [spanCount, trace] of Object.entries(largeTraces)) {
    await filling.write(toBatch(`large ${trace}`, [...spansOf(trace, Number(spanCount))], []));
    addPlainTrace(peer, trace, Number(spanCount));
    await native?.run("add", trace, Number(spanCount));
  }
  await filling.close();
  const store = await openStore(ourFile, { readOnly: true });
  const sizeMb = Math.round(statSync(ourFile).size / 1e6);

  const line = (title, { ours, theirs, step, atMost }) => ({
    title: `SQLite of ${sizeMb} MB, ${title}`,
    unit: "ms",
    ours: { name: "Spanbook", measure: () => timed(ours) },
    peer: { name: "node-sqlite3-wasm", measure: () => timed(theirs) },
    floor: native && step && { name: "native", measure: () => native.run(...step) },
    target: atMost === undefined ? {} : { atMost },
  });
  return [
    ...Object.entries(reads).map(([what, read]) =>
      line(what, {
        ours: () => read(store),
        theirs: () => peer.all(plainQueries[what]),
        step: ["read", what],
        atMost: budgets[what],
      }),
    ),
    ...Object.entries(largeTraces).map(([spanCount, trace]) =>
      line(`get ${Number(spanCount).toLocaleString("en")} spans`, {
        ours: () => store.get(traceIdOf(trace)),
        theirs: () => getPlain(peer, trace),
        step: ["get", trace],
      }),
    ),
    line("open", {
      ours: async () => (await openStore(ourFile, { readOnly: true })).close(),
      theirs() {
        const opened = openWasm(peerFile);
        opened.all("SELECT count(*) FROM traces");
        opened.close();
      },
    }),
  ];
}

async function timed(run) {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

/** A function that returns paths of new files, in a folder that is removed with the process. */
export function newFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), "spanbook-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  return () => path.join(folder, `${++files}.db`);
}

function openWasm(file) {
  const opened = new sqlite.Database(file);
  return {
    exec: (sql) => opened.exec(sql),
    prepare(sql) {
      const statement = opened.prepare(sql);
      return (parameters) => statement.run(parameters);
    },
    all: (sql, parameters) => opened.all(sql, parameters),
    close: () => opened.close(),
  };
}

function append(file, batches) {
  const fd = openSync(file, "w");
  for (const { spans } of batches) {
    writeSync(fd, spans.map(({ payload }) => payload).join("\n"));
    fdatasyncSync(fd);
  }
  closeSync(fd);
}
