// A process that records for long, with retention: what it holds after the time is about what it held soon after its start.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("steady-program.mjs", import.meta.url));
/** What grows on top is not flat: of the least of the first third of the samples, against the least of the last. */
const growthAllowed = { heapBytes: 1.2, rssBytes: 1.4, fileBytes: 1.5, handles: 1, descriptors: 1 };
const mebibyte = 2 ** 20;

/**
 * Records until then. Gives the first and the last sample that were compared; throws where more than
 * {@link growthAllowed} is held at the end, or more traces than retention allows.
 */
export async function recordSteadily(endMs, { tracesPerSecond = 50, maxTraces = 500 } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "spanbook-steady-"));
  const sampleMs = Math.max(1000, (endMs - Date.now()) / 60);
  const plan = { file: path.join(folder, "traces.db"), endMs, tracesPerSecond, maxTraces, sampleMs };
  const child = spawn(process.execPath, ["--expose-gc", program, JSON.stringify(plan)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const samples = [];
  for await (const line of createInterface({ input: child.stdout })) samples.push(JSON.parse(line));
  const [code] = await exit;
  assert.equal(code, 0);
  // Until the first are deleted everything grows.
  const full = samples.filter(
    ({ traceCount, recorded }) => traceCount >= maxTraces && recorded > 2 * maxTraces,
  );
  assert.ok(full.length >= 6, `too short a time: ${full.length} samples since retention set in`);
  const third = Math.floor(full.length / 3);
  const [first, last] = [leastOf(full.slice(0, third)), leastOf(full.slice(-third))];
  for (const [what, factor] of Object.entries(growthAllowed)) {
    const told = `${what} grew from ${first[what]} to ${last[what]}`;
    assert.ok(last[what] <= first[what] * factor, told);
  }
  // Retention sets in after every hundred traces.
  const mostTraces = Math.max(...full.map(({ traceCount }) => traceCount));
  assert.ok(mostTraces <= maxTraces + 200, `${mostTraces} traces are kept of at most ${maxTraces}`);
  rmSync(folder, { recursive: true });
  return { recorded: samples.at(-1).recorded, samples: full.length, first, last };
}

/** Between collections and snapshots each goes up and down. */
function leastOf(samples) {
  return Object.fromEntries(
    Object.keys(growthAllowed).map((what) => [what, Math.min(...samples.map((sample) => sample[what]))]),
  );
}

/** One line for people. */
export function inWords({ recorded, samples, first, last }) {
  const sizes = ["heapBytes", "rssBytes", "fileBytes"].map(
    (what) => `${what.slice(0, -5)} ${toMebibytes(first[what])} to ${toMebibytes(last[what])} MB`,
  );
  const counts = ["handles", "descriptors"].map((what) => `${what} ${first[what]} to ${last[what]}`);
  return `${recorded} traces, ${samples} samples: ${[...sizes, ...counts].join(", ")}`;
}

function toMebibytes(bytes) {
  return (bytes / mebibyte).toFixed(1);
}
