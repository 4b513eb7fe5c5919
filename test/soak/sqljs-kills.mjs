// Kills a program at random instants while it writes, saves, prunes and, at first, migrates.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import sqlite from "node-sqlite3-wasm";
import { openStore } from "@spanbook/store-sqljs";
import { createRandom } from "../support/seeded.mjs";

const fixtures = fileURLToPath(new URL("../fixtures/sqljs/", import.meta.url));
const writingProgram = fileURLToPath(new URL("../store-sqljs/children/write-and-prune.mjs", import.meta.url));
/**
 * Kills a program again and again while it writes into one file, at first of the oldest schema version; the file is checked
 * after every `killsPerLook` kills. Returns how many batches were acknowledged; throws if one is missing.
 */
export async function killWhileWriting(
  seed,
  { program = writingProgram, kills = 20, killsPerLook = 1 } = {},
) {
  const random = createRandom(seed);
  const folder = mkdtempSync(path.join(tmpdir(), "spanbook-kills-"));
  const file = path.join(folder, "traces.db");
  copyFileSync(`${fixtures}schema-1.db`, file);
  copyFileSync(`${fixtures}schema-1.db-journal-2`, `${file}-journal-2`);
  const stored = [];
  let pruned = 0;
  let next = 1000;
  for (let kill = 1; kill <= kills; kill++) {
    const journalMinBytes = random.pick([1, 20_000, 1e9]);
    const told = await killOnce([program, file, next, journalMinBytes], chooseInstant(random));
    stored.push(...told.stored);
    pruned = Math.max(pruned, told.pruned);
    next = told.last + 10;
    if (kill % killsPerLook === 0 || kill === kills) await expectStored(file, stored, pruned);
  }
  rmSync(folder, { recursive: true });
  return stored.length;
}

/** Half of the time while it opens the file or soon after, otherwise while it writes, saves and prunes. */
function chooseInstant(random) {
  return random.chance(0.5) ? ["ready", random.next() * 150] : ["stored", random.next() * 60];
}

/**
 * Kills the program `delayMs` after it has first printed `when`. Returns what it printed: the numbers that were acknowledged, below
 * which number it pruned or was about to, and the last number.
 */
async function killOnce(command, [when, delayMs]) {
  const child = spawn(process.execPath, command.map(String), { stdio: "pipe" });
  child.stderr.pipe(process.stderr);
  let timer;
  const exit = once(child, "exit");
  const told = { stored: [], pruned: 0, last: Number(command[2]) };
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, number] = line.split(" ");
    if (what === when) timer ??= setTimeout(() => child.kill("SIGKILL"), delayMs);
    if (what === "stored") told.stored.push(Number(number));
    if (what === "prune") told.pruned = Number(number);
    if (number !== undefined) told.last = Math.max(told.last, Number(number));
  }
  const [, signal] = await exit;
  assert.equal(signal, "SIGKILL");
  return told;
}

async function expectStored(file, numbers, pruned) {
  const failures = [];
  const store = await openStore(file, { onError: (failure) => failures.push(failure) });
  for (const number of numbers.filter((each) => each >= pruned)) {
    const trace = await store.get(number.toString(16).padStart(32, "0"), { include: "digests" });
    assert.equal(trace?.data.digests.length, 5, `trace ${number} of ${file}`);
  }
  await store.close();
  assert.deepEqual(failures, []);
  const database = new sqlite.Database(file);
  assert.deepEqual(database.get("PRAGMA integrity_check"), { integrity_check: "ok" });
  database.close();
}
