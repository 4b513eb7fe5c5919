// `npm run soak -- --minutes 10 --seed 1` runs the tests that have a long form in it, once, and then kills programs until the time
// is up. It ends with 1 at the first thing that is lost.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { killWhileWriting } from "./sqljs-kills.mjs";

/** What SPANBOOK_SOAK=1 makes longer, by project. */
const longTests = {
  node: ["test/core/exchange/mutated.test.ts", "test/store-sqljs/killing.test.ts"],
  browser: ["test/browser/store-idb-lifecycle.test.ts"],
};

const { minutes, seed } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string", default: "1" } },
}).values;
const endMs = Date.now() + Number(minutes) * 60_000;

for (const [project, files] of Object.entries(longTests)) {
  const parameters = ["vitest", "run", "--project", project, "--testTimeout", "1800000", ...files];
  const env = { ...process.env, SPANBOOK_SOAK: "1" };
  if (spawnSync("npx", parameters, { stdio: "inherit", env }).status !== 0) process.exit(1);
}

let kills = 0;
for (let round = Number(seed); Date.now() < endMs; round++) {
  try {
    await killWhileWriting(round, { kills: 20 });
    kills += 20;
  } catch (failure) {
    console.error(`failed with --seed ${round}\n`, failure);
    process.exit(1);
  }
}
console.log(`killed ${kills} times, nothing lost`);
