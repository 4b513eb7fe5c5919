// `npm run soak -- --minutes 10 --seed 1` runs the tests that have a long form once, in that form, and then, until the time is up, what
// can go on for any length of time. It exits with 1 at the first thing that is lost or that grows.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { sufferUntil } from "./losses.mjs";
import { killWhileWriting } from "./sqljs-kills.mjs";
import { inWords } from "./steady.mjs";
import { recordInPage } from "./steady-page.mjs";
import { recordInProcess } from "./steady-process.mjs";

/** What SPANBOOK_SOAK=1 makes longer, by project. */
const longTests = {
  node: [
    "test/core/exchange/mutated.test.ts",
    "test/store-sqljs/killing.test.ts",
    "test/trust/fuzz.test.ts",
    "test/trust/loss.test.ts",
  ],
  browser: ["test/browser/store-idb-lifecycle.test.ts", "test/browser/trust-loss.test.ts"],
};

/** At least this many in any case: some three minutes. */
const minKills = 300;
const killsAFile = 20;

/** What shares the remaining time, by name; each goes on until `endMs` and returns what to print. */
const longRuns = {
  async kills(endMs, seed) {
    let [kills, batches, round] = [0, 0, seed];
    for (; kills < minKills || Date.now() < endMs; round++, kills += killsAFile) {
      batches += await killWhileWriting(round, { kills: killsAFile }).catch((failure) => {
        throw new Error(`failed with --seed ${round}`, { cause: failure });
      });
    }
    return `killed ${kills} times at random instants, ${batches} batches acknowledged, none lost`;
  },
  losses: async (endMs, seed) => JSON.stringify(await sufferUntil(endMs, seed)),
  steady: async (endMs) => inWords(await recordInProcess(endMs)),
  page: async (endMs) => inWords(await recordInPage(endMs, "chromium")),
  firefox: async (endMs) => inWords(await recordInPage(endMs, "firefox")),
};

const { minutes, seed, only } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
}).values;
if (only !== undefined && !Object.hasOwn(longRuns, only)) {
  throw new RangeError(`--only must be one of ${Object.keys(longRuns).join(", ")}, got ${only}`);
}
const endMs = Date.now() + Number(minutes) * 60_000;

if (only === undefined) {
  for (const [project, files] of Object.entries(longTests)) {
    const parameters = ["vitest", "run", "--project", project, "--testTimeout", "1800000", ...files];
    const env = { ...process.env, SPANBOOK_SOAK: "1" };
    if (spawnSync("npx", parameters, { stdio: "inherit", env }).status !== 0) process.exit(1);
  }
}
const chosen = only === undefined ? Object.keys(longRuns) : [only];
for (const [index, name] of chosen.entries()) {
  const shareMs = Math.max(0, endMs - Date.now()) / (chosen.length - index);
  if (shareMs === 0) break;
  try {
    console.log(`${name}: ${await longRuns[name](Date.now() + shareMs, Number(seed))}`);
  } catch (failure) {
    console.error(name, failure);
    process.exit(1);
  }
}
