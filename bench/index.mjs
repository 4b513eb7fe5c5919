// `npm run bench` prints how Spanbook compares with its peers and with the least that each job takes. `--rounds N` (default
// 7) measures longer or shorter; the results lie as JSON in out/bench.json.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { formatTable, measureLine } from "./harness.mjs";
import { recordingLines } from "./recording.mjs";
import { openWidgetList } from "./widget-list.mjs";
import { openWidgetTrace } from "./widget-trace.mjs";

const { rounds } = parseArgs({ options: { rounds: { type: "string", default: "7" } } }).values;

const results = [];
for (const line of recordingLines()) results.push(await measureLine(line, Number(rounds)));
for (const open of [openWidgetList, openWidgetTrace]) {
  const { lines, close } = await open();
  for (const line of lines) results.push(await measureLine(line, Number(rounds)));
  await close();
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, medians of ${rounds} rounds\n`,
);
console.log(formatTable(results));
await mkdir("out", { recursive: true });
await writeFile("out/bench.json", JSON.stringify(results, null, 2));
process.exit();
