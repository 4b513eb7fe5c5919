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

const fixtures = fileURLToPath(new URL("../fixtures/sqljs/", import.meta.url));
const program = fileURLToPath(new URL("../store-sqljs/children/write-and-prune.mjs", import.meta.url));
const killsPerRound = 20;

/** One file, killed 20 times. Gives how often; throws where anything that was acknowledged is missing. */
export async function killWhileWriting(seed) {
  const random = createRandom(seed);
  const folder = mkdtempSync(path.join(tmpdir(), "spanbook-soak-"));
  const file = path.join(folder, "traces.db");
  copyFileSync(`${fixtures}schema-1.db`, file);
  copyFileSync(`${fixtures}schema-1.db-journal-2`, `${file}-journal-2`);
  let next = 1000;
  for (let kill = 0; kill < killsPerRound; kill++) {
    const journalMinBytes = [1, 20_000, 1e9][Math.floor(random() * 3)];
    const { stored, pruned, last } = await killOnce(file, next, journalMinBytes, random() * 300);
    await expectStored(file, stored, pruned);
    next = last + 10;
  }
  rmSync(folder, { recursive: true });
  return killsPerRound;
}

/** What the program told: the numbers that were acknowledged, and below which number it pruned or was about to. */
async function killOnce(file, first, journalMinBytes, delayMs) {
  const child = spawn(process.execPath, [program, file, first, journalMinBytes].map(String), {
    stdio: "pipe",
  });
  child.stderr.pipe(process.stderr);
  const timer = setTimeout(() => child.kill("SIGKILL"), 100 + delayMs);
  const exit = once(child, "exit");
  const told = { stored: [], pruned: 0, last: first };
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, number] = line.split(" ");
    if (what === "stored") told.stored.push(Number(number));
    if (what === "prune") told.pruned = Number(number);
    told.last = Math.max(told.last, Number(number));
  }
  clearTimeout(timer);
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

/** Numbers from 0 to 1 that are the same every time. Source: mulberry32, Tommy Ettinger, public domain */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
