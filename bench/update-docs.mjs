// `node bench/update-docs.mjs` puts the figures of the last run, out/bench.json, into docs/performance.md: a table into each place
// that `<!-- bench: part, part -->` and `<!-- bench end -->` enclose. Places with a part that was not measured stay as they are.
import { readFile, writeFile } from "node:fs/promises";
import { formatGrowth } from "./growth.mjs";
import { formatTable } from "./harness.mjs";

const docs = new URL("../docs/performance.md", import.meta.url);
const { results, growth } = JSON.parse(await readFile(new URL("../out/bench.json", import.meta.url), "utf8"));

/** Undefined if the run did not have all of them. */
function tableOf(parts) {
  const curve = growth.find(({ part }) => part === parts[0]);
  if (curve) return formatGrowth(curve);
  const lines = parts.map((part) => results.filter((line) => line.part === part));
  return lines.every((ofPart) => ofPart.length > 0) ? formatTable(lines.flat()) : undefined;
}

const place = /(<!-- bench: ([\w, -]+) -->\n).*?(<!-- bench end -->)/gs;
const text = await readFile(docs, "utf8");
const updated = text.replace(place, (whole, start, parts, end) => {
  const table = tableOf(parts.split(", "));
  console.log(`${parts}: ${table ? "updated" : "not measured"}`);
  return table ? `${start}\n${table}\n\n${end}` : whole;
});
await writeFile(docs, updated);
