// `npm run bench` prints how Spanbook compares with its peers and with the least that each job takes. `--rounds N` (default
// 7) measures longer or shorter; `--traces 100,1000` are the sizes at which the SQLite store is measured (100,000 take some
// minutes), so that one sees how it grows. The results lie as JSON in out/bench.json.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { formatTable, measureLine } from "./harness.mjs";
import { recordingLines } from "./recording.mjs";
import { sqljsLines } from "./stores-sqljs.mjs";

const { rounds, traces } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    traces: { type: "string", default: "100,1000" },
  },
}).values;

const results = [];
for (const line of recordingLines()) results.push(await measureLine(line, Number(rounds)));
for (const traceCount of traces.split(",").map(Number)) {
  for (const line of await sqljsLines(traceCount)) results.push(await measureLine(line, Number(rounds)));
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, medians of ${rounds} rounds\n`,
);
console.log(formatTable(results));
await mkdir("out", { recursive: true });
await writeFile("out/bench.json", JSON.stringify(results, null, 2));
process.exit();
