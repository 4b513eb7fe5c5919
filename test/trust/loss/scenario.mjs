// One program under the faults that a seed chooses, and the audit of what it left.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import sqlite from "node-sqlite3-wasm";
import { openStore } from "@spanbook/store-sqljs";
import { createRandom } from "../../support/seeded.mjs";
import { storedNumbers } from "./recording.mjs";

const program = fileURLToPath(new URL("program.mjs", import.meta.url));
const oldFile = fileURLToPath(new URL("../../fixtures/sqljs/schema-1.db", import.meta.url));

/** What goes wrong while a program records, and how it ends. */
const allFaults = [
  ...["worker", "refusals", "full disk", "clock", "small buffer"],
  ...["two recorders", "redaction", "reopening", "old file", "intruder", "edited file"],
];
const ends = { kill: "SIGKILL", exit: 3, exception: 1, signal: "SIGTERM", shutdown: 0, "by itself": 0 };

/**
 * Runs the scenario of that seed. Gives what it recorded, stored and dropped; throws if that does not add up, and then keeps the
 * files.
 */
export async function runScenario(seed) {
  const random = createRandom(seed);
  const faults = random.sample(allFaults, random.integer(0, 4));
  const end = random.pick(Object.keys(ends));
  const folder = mkdtempSync(path.join(tmpdir(), "spanbook-loss-"));
  const [file, ledger] = [path.join(folder, "traces.db"), path.join(folder, "ledger")];
  if (faults.includes("old file")) copyFileSync(oldFile, file);
  const told = `seed ${seed}: ${faults.join(", ") || "no fault"}; ${end}; ${folder}`;
  const plan = { file, ledger, seed, faults, end, spanCount: random.integer(30, 400) };
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (text) => (complaints += text));
  const [code, signal] = await once(child, "close");
  assert.equal(signal ?? code, ends[end], `${told}\n${complaints}`);
  const counts = await audit(file, readLedger(ledger), end, told);
  rmSync(folder, { recursive: true });
  return { ...counts, faults, end };
}

function readLedger(file) {
  const bytes = readFileSync(file);
  const [ending, ended, acknowledged, droppedThen, dropped, isComplete] = new Int32Array(
    new Uint8Array(bytes).buffer,
  );
  return { ending, ended, acknowledged, droppedThen, dropped, isComplete };
}

async function audit(file, ledger, end, told) {
  const failures = [];
  const store = await openStore(file, { onError: (failure) => failures.push(failure) });
  const numbers = await storedNumbers(store);
  await store.close();
  assert.deepEqual(failures, [], told);
  const database = new sqlite.Database(file);
  assert.deepEqual(database.get("PRAGMA integrity_check"), { integrity_check: "ok" }, told);
  database.close();

  const stored = new Set(numbers);
  assert.equal(stored.size, numbers.length, `${told}: a span is stored twice`);
  assert.ok(Math.max(0, ...numbers) <= ledger.ending, `${told}: a span is stored that was not recorded`);
  const kept = numbers.filter((number) => number <= ledger.acknowledged).length;
  assert.ok(
    kept >= ledger.acknowledged - ledger.droppedThen,
    `${told}: ${ledger.acknowledged} acknowledged, ${kept} stored`,
  );
  if (end !== "kill") {
    assert.equal(ledger.isComplete, 1, told);
    assert.equal(stored.size + ledger.dropped, ledger.ended, `${told}: stored + dropped = recorded`);
  }
  return {
    recorded: ledger.ended,
    acknowledged: ledger.acknowledged,
    stored: stored.size,
    dropped: ledger.dropped,
  };
}
