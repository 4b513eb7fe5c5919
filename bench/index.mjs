// `npm run bench` prints how Spanbook compares with its peers and with the least that each job takes, and how its stores grow.
// `--rounds N` (default 7) measures longer or shorter; `--only recording,stores-sqljs` names the parts to run; `--spans 1000,10000` are
// the sizes at which the growing stores are measured, and `--long` takes them up to a million. `--short` measures little and says
// little: it shows that everything still runs. The results lie as JSON in out/bench.json.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { openExchange } from "./exchange.mjs";
import { formatGrowth, measureGrowth } from "./growth.mjs";
import { openSqljsGrowth } from "./growth-sqljs.mjs";
import { formatTable, measureLine } from "./harness.mjs";
import { openRecording } from "./recording.mjs";
import { openRecordingPage } from "./recording-chromium.mjs";
import { openStartUp } from "./start-up.mjs";
import { openIdbBench, openIdbGrowth } from "./stores-idb.mjs";
import { openSqljsBench } from "./stores-sqljs.mjs";
import { listCounts, openWidgetList } from "./widget-list.mjs";
import { openWidgetSpan } from "./widget-span.mjs";
import { openWidgetTrace, traceShapes } from "./widget-trace.mjs";

const options = parseArgs({
  options: {
    rounds: { type: "string" },
    spans: { type: "string" },
    long: { type: "boolean", default: false },
    only: { type: "string" },
    short: { type: "boolean", default: false },
  },
}).values;
const { short: isShort, long } = options;
const rounds = Number(options.rounds ?? (isShort ? 1 : 7));
/** The parts that have a short form. */
const shortParts = "recording,recording-page,exchange,start-up";
const only = options.only ?? (isShort ? shortParts : undefined);

const sizes = (options.spans ?? `1000,10000,100000${long ? ",1000000" : ""}`).split(",").map(Number);
/** Of what a growing store reads: at a million spans a round takes seconds. */
const growthRounds = Math.min(rounds, 3);

/** Each part is opened when it is its turn, so that none has another's pages and files beside it. */
const parts = {
  recording: () => openRecording({ isShort }),
  "recording-page": () => openRecordingPage({ isShort }),
  exchange: () => openExchange({ isShort }),
  "start-up": () => openStartUp({ isShort }),
  "stores-sqljs": openSqljsBench,
  "stores-idb": openIdbBench,
  ...Object.fromEntries(
    Object.keys(listCounts).map((name) => [`widget-list-${name}`, () => openWidgetList(name)]),
  ),
  ...Object.fromEntries(
    Object.keys(traceShapes).map((name) => [`widget-trace-${name}`, () => openWidgetTrace(name)]),
  ),
  "widget-span": openWidgetSpan,
};
const growing = { "growth-sqljs": openSqljsGrowth, "growth-idb": openIdbGrowth };
const isWanted = (name) => only === undefined || only.split(",").some((part) => name.startsWith(part));

const results = [];
for (const [name, open] of Object.entries(parts)) {
  if (!isWanted(name)) continue;
  const { lines, close } = await open();
  for (const line of lines) results.push({ part: name, ...(await measureLine(line, rounds)) });
  await close?.();
}

const growth = [];
for (const [name, open] of Object.entries(growing)) {
  if (isWanted(name)) growth.push(await measureGrowth(await open(), sizes, growthRounds));
}

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`;
console.log(`${machine}, medians of ${rounds} rounds after one to warm up\n`);
if (results.length > 0) console.log(formatTable(results));
for (const each of growth) console.log(`\n${formatGrowth(each)}`);
await mkdir("out", { recursive: true });
await writeFile("out/bench.json", JSON.stringify({ machine, rounds, results, growth }, null, 2));
process.exit();
