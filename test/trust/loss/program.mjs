// Records numbered spans on the built packages, under the faults that it is told, and keeps count in a ledger: a small file that
// is written before and after each span, so that it is right at whatever moment the process ends.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sqlite from "node-sqlite3-wasm";
import { createRandom } from "../../support/seeded.mjs";
import { pause, recordTrace, refusing, shutDownAtLast } from "./recording.mjs";

const { file, ledger: ledgerFile, seed, faults, end, spanCount } = JSON.parse(process.argv[2]);
const random = createRandom(seed);
const has = (fault) => faults.includes(fault);
const ledger = { ending: 0, ended: 0, acknowledged: 0, droppedThen: 0, dropped: 0, isComplete: 0 };
const ledgerDescriptor = openSync(ledgerFile, "w");

/** One write at the same place: the file never holds half of it. */
function note(changes) {
  Object.assign(ledger, changes);
  writeSync(ledgerDescriptor, new Int32Array(Object.values(ledger)), 0, undefined, 0);
}
note({});

if (has("clock")) {
  const { now } = Date;
  let offsetMs = 0;
  Date.now = () => now() + offsetMs;
  const jump = () => (offsetMs = random.integer(-86_400_000, 86_400_000));
  setInterval(jump, 7).unref();
}
const workers = [];
process.on("worker", (worker) => workers.push(worker));

const { createTracing } = await import("@spanbook/core");
const { openStore } = await import("@spanbook/store-sqljs");

/** The store, opened: one of several in a row if it is closed and reopened. */
let store;
let recorders = [];

async function open() {
  const journalMinBytes = random.pick([1, 20_000, 1e9]);
  store = await openStore(file, { journalMinBytes, onError: () => undefined });
  const asked = has("refusals") ? refusing(store, random) : store;
  const options = {
    store: asked,
    onError: () => undefined,
    flushIntervalMs: random.pick([1, 20, 200]),
    maxBatchSpans: random.pick([3, 64, 512]),
    ...(has("small buffer") && { maxBufferedSpans: 20 }),
    ...(has("redaction") && { redact: { span: redactAtTimes } }),
  };
  recorders = Array.from({ length: has("two recorders") ? 2 : 1 }, () => createTracing(options));
}

function redactAtTimes(span) {
  if (random.chance(0.2)) throw new Error("a redaction that fails");
  return span;
}

async function flush() {
  const { ended } = ledger;
  try {
    await Promise.all(recorders.map((recorder) => recorder.flush()));
    note({ acknowledged: ended, droppedThen: droppedBefore + droppedNow() });
  } catch {
    // Refused for now: the recorder keeps what it has.
  }
}

let droppedBefore = 0;
const droppedNow = () => recorders.reduce((sum, recorder) => sum + recorder.stats().dropped, 0);

async function shutDown() {
  for (const recorder of recorders) await shutDownAtLast(recorder);
  droppedBefore += droppedNow();
  recorders = [];
  await store.close();
}

/** For a while files cannot grow. */
async function withFullDisk(run) {
  const limit = (fsize) => spawnSync("prlimit", ["--pid", String(process.pid), `--fsize=${fsize}:unlimited`]);
  limit(random.pick([40_000, 100_000, 300_000]));
  await run();
  limit("unlimited");
}

/** Another process tries to open the file; to write only if it is sure to be refused, and gone before this one. */
async function withIntruder(run) {
  const what = end === "kill" || has("worker") ? "read" : "write";
  const program = fileURLToPath(new URL("intruder.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, file, what], { stdio: ["ignore", "ignore", "inherit"] });
  const exit = once(child, "exit");
  await run();
  assert.equal((await exit)[0], 0);
}

/** Another program writes into the file with an SQLite of its own. */
function edit() {
  if (!existsSync(file)) return;
  const database = new sqlite.Database(file);
  database.exec("CREATE TABLE IF NOT EXISTS notes (text); INSERT INTO notes VALUES ('a note')");
  database.close();
}

await open();
// After the recorder's own: by then it is known what that wrote and dropped.
const complete = () => note({ dropped: droppedBefore + droppedNow(), isComplete: 1 });
process.on("exit", complete);
if (end === "kill") setTimeout(() => process.kill(process.pid, "SIGKILL"), random.integer(0, 150));

async function recordSome(count) {
  for (const last = ledger.ended + count; ledger.ended < last;) {
    recordTrace(random.pick(recorders), random, ledger, note);
    if (has("worker") && random.chance(0.05)) void workers.at(-1)?.terminate();
    if (random.chance(0.1)) await flush();
    else if (random.chance(0.2)) await pause(random.integer(0, 3));
  }
}

await recordSome(spanCount / 3);
if (has("intruder")) await withIntruder(() => recordSome(spanCount / 6));
if (has("edited file")) edit();
if (has("full disk")) await withFullDisk(() => recordSome(spanCount / 3));
if (has("reopening")) {
  await shutDown();
  await open();
}
await recordSome(spanCount / 3);

switch (end) {
  case "kill":
    for (;;) await recordSome(spanCount);
  case "exit":
    process.exit(3);
    break;
  case "exception":
    throw new Error("uncaught");
  case "signal":
    complete(); // no exit handler of ours runs
    process.kill(process.pid, "SIGTERM");
    break;
  case "shutdown":
    await shutDown();
}
