// `npm run soak -- --minutes 10 --seed 1` runs rounds of each fault in turn until the time is up, and ends with 1 at the first
// that loses something.
import { parseArgs } from "node:util";
import { killWhileWriting } from "./sqljs-kills.mjs";

const { minutes, seed } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string", default: "1" } },
}).values;

const faults = { "sql.js, killed": killWhileWriting };
const endMs = Date.now() + Number(minutes) * 60_000;
const counts = Object.fromEntries(Object.keys(faults).map((name) => [name, 0]));
for (let round = Number(seed); Date.now() < endMs; round++) {
  for (const [name, run] of Object.entries(faults)) {
    try {
      counts[name] += await run(round);
    } catch (failure) {
      console.error(`${name}: failed with --seed ${round}\n`, failure);
      process.exit(1);
    }
  }
}
for (const [name, count] of Object.entries(counts)) console.log(`${name}: ${count} times, nothing lost`);
