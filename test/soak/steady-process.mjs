// A process that records into a file for a long time.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { compareThirds, deletedFirst } from "./steady.mjs";

const program = fileURLToPath(new URL("steady-program.mjs", import.meta.url));
const growthAllowed = {
  ...{ heapBytes: 1.2, rssBytes: 1.4, fileBytes: 1.5 },
  ...{ handles: 1, descriptors: 1, listeners: 1 },
};

/** Records until `endMs`. Returns what {@link compareThirds} returns. */
export async function recordInProcess(endMs, { tracesPerSecond = 50, maxTraces = 500 } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "spanbook-steady-"));
  const sampleMs = Math.max(1000, (endMs - Date.now()) / 60);
  const file = path.join(folder, "traces.db");
  const plan = { file, endMs, tracesPerSecond, maxTraces, sampleMs, deletedFirst };
  const child = spawn(process.execPath, ["--expose-gc", program, JSON.stringify(plan)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const samples = [];
  for await (const line of createInterface({ input: child.stdout })) samples.push(JSON.parse(line));
  const [code] = await exit;
  assert.equal(code, 0);
  const compared = compareThirds(samples, growthAllowed, maxTraces);
  rmSync(folder, { recursive: true });
  return compared;
}
