// `npm run bench` prints how Spanbook compares with its peers and with the least that each job takes, and how its stores grow.
// `--rounds N` (default 5) measures longer or shorter; `--only recording,stores-sqljs` names
// the parts to run; `--spans 1000,10000` are the sizes at which the growing stores are measured, and `--long` takes them up to a
// million. `--short` measures every part once, with little in it: it shows that everything still runs, and not much else. Each part's
// table is printed when it has been measured, and all that is measured by then is in out/bench.json. A part that fails is
// reported, and the others are still measured.
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
const rounds = Number(options.rounds ?? (isShort ? 1 : 5));
const warmUps = isShort ? 0 : 1;

const defaultSizes = isShort ? "1000" : `1000,10000,100000${long ? ",1000000" : ""}`;
const sizes = (options.spans ?? defaultSizes).split(",").map(Number);
/** For reads of a growing store: at a million spans a round takes seconds. */
const growthRounds = Math.min(rounds, 3);

/** In the short form, only the first. */
const partsOf = (table) => Object.keys(table).slice(0, isShort ? 1 : undefined);

/** Each part is opened when its turn comes, so that no other part's pages and files are around. */
const parts = {
  recording: () => openRecording({ isShort }),
  "recording-page": () => openRecordingPage({ isShort }),
  exchange: () => openExchange({ isShort }),
  "start-up": () => openStartUp({ isShort }),
  "stores-sqljs": () => openSqljsBench({ isShort }),
  "stores-idb": () => openIdbBench({ isShort }),
  ...Object.fromEntries(
    partsOf(listCounts).map((name) => [`widget-list-${name}`, () => openWidgetList(name)]),
  ),
  ...Object.fromEntries(
    partsOf(traceShapes).map((name) => [`widget-trace-${name}`, () => openWidgetTrace(name)]),
  ),
  "widget-span": () => openWidgetSpan({ isShort }),
};
const growing = { "growth-sqljs": openSqljsGrowth, "growth-idb": openIdbGrowth };
const { only } = options;
const isWanted = (name) => only === undefined || only.split(",").some((part) => name.startsWith(part));

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`;
const results = [];
const growth = [];
const failed = [];

/** Prints a part's result, and how long it took; if one fails, the others are still measured. */
async function run(name, measure) {
  if (!isWanted(name)) return;
  const startMs = performance.now();
  try {
    const table = await measure();
    console.log(`\n${name}, ${Math.round((performance.now() - startMs) / 1000)} s\n\n${table}`);
  } catch (error) {
    failed.push(name);
    process.stderr.write(`${name} failed: ${error.stack}\n`);
  }
  await writeFile(
    "out/bench.json",
    JSON.stringify({ machine, rounds, warmUps, failed, results, growth }, null, 2),
  );
}

await mkdir("out", { recursive: true });
console.log(`${machine}, medians of up to ${rounds} rounds in turn, after ${warmUps} to warm up`);
for (const [name, open] of Object.entries(parts)) {
  await run(name, async () => {
    const { lines, close } = await open();
    const measured = [];
    for (const line of lines) {
      measured.push({ part: name, ...(await measureLine(line, { rounds, warmUps })) });
    }
    await close?.();
    results.push(...measured);
    return formatTable(measured);
  });
}
for (const [name, open] of Object.entries(growing)) {
  await run(name, async () => {
    const measured = { part: name, ...(await measureGrowth(await open(), sizes, growthRounds)) };
    growth.push(measured);
    return formatGrowth(measured);
  });
}
if (failed.length > 0) console.log(`\nfailed: ${failed.join(", ")}`);
process.exit(failed.length > 0 ? 1 : 0);
