// `npm run bench` prints how Spanbook compares with its peers and with the least that each job takes. `--rounds N` (default
// 7) measures longer or shorter; `--only recording,stores-sqljs` names the parts to run; `--traces 100,1000` are the sizes at
// which the stores are measured, so that one sees how they grow, and `--long` takes them up to 100,000 traces of 10 spans, which
// takes a good quarter of an hour. The results lie as JSON in out/bench.json.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { formatTable, measureLine } from "./harness.mjs";
import { recordingLines } from "./recording.mjs";
import { openIdbBench } from "./stores-idb.mjs";
import { sqljsLines } from "./stores-sqljs.mjs";
import { openWidgetList } from "./widget-list.mjs";
import { openWidgetTrace } from "./widget-trace.mjs";

const {
  rounds,
  long,
  traces: chosenTraces,
  only,
} = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    traces: { type: "string" },
    long: { type: "boolean", default: false },
    only: { type: "string" },
  },
}).values;

const traces = (chosenTraces ?? (long ? "100,1000,10000,100000" : "100,1000")).split(",").map(Number);

/** Each part is opened when it is its turn, so that none has another's pages and files beside it. */
const parts = {
  recording: () => ({ lines: recordingLines() }),
  ...Object.fromEntries(
    traces.map((count) => [`stores-sqljs-${count}`, async () => ({ lines: await sqljsLines(count) })]),
  ),
  "stores-idb": () => openIdbBench(traces),
  "widget-list": openWidgetList,
  "widget-trace": openWidgetTrace,
};
const isWanted = (name) => only === undefined || only.split(",").some((part) => name.startsWith(part));

const results = [];
for (const [name, open] of Object.entries(parts)) {
  if (!isWanted(name)) continue;
  const { lines, close } = await open();
  for (const line of lines) results.push(await measureLine(line, Number(rounds)));
  await close?.();
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, medians of ${rounds} rounds\n`,
);
console.log(formatTable(results));
await mkdir("out", { recursive: true });
await writeFile("out/bench.json", JSON.stringify(results, null, 2));
process.exit();
