// How the cost of a store's operations grows with its content: one store is filled step by step and measured at each.
import { median, pipeTable, toText } from "./harness.mjs";

/**
 * @typedef {object} Growing
 * @property {string} title
 * @property {(spanCount: number) => Promise<number>} fillTo Writes until it holds that many spans, all folded in; returns the
 *   microseconds of each that it wrote.
 * @property {Record<string, Read>} reads By what is read, in the order in which they are printed.
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Read
 * @property {() => Promise<number>} measure
 * @property {string} [unit] Default: ms.
 * @property {number} [atMost] The greatest cost allowed, at any size.
 */

/** Fills to each size in turn and measures; reads take the median of that many rounds, after one warm-up. */
export async function measureGrowth({ title, fillTo, reads, close }, sizes, rounds) {
  const rows = [
    { what: "write, folded in", unit: "µs/span", costs: [] },
    ...Object.entries(reads).map(([what, { unit = "ms", atMost }]) => ({ what, unit, atMost, costs: [] })),
  ];
  for (const size of sizes) {
    rows[0].costs.push(await fillTo(size));
    for (const [index, { measure }] of Object.values(reads).entries()) {
      await measure();
      const costs = [];
      for (let round = 0; round < rounds; round++) costs.push(await measure());
      rows[index + 1].costs.push(median(costs));
    }
    process.stderr.write(`${title}: ${inWords(size)} spans measured\n`);
  }
  await close();
  return { title, sizes, rows };
}

/**
 * A line per measurement: its cost at each size, the curve, and its growth from the last size but one to the last, as a power of
 * the number of spans: 0 is constant, 1 is proportional.
 */
export function formatGrowth({ title, sizes, rows }) {
  const head = ["what", "unit", ...sizes.map(inWords), "curve", "grows as", "target", "met"];
  const lines = rows.map(({ what, unit, costs, atMost }) => [
    what,
    unit,
    ...costs.map(toText),
    curveOf(costs),
    sizes.length > 1 ? `n^${exponentOf(sizes, costs).toFixed(1)}` : "–",
    atMost === undefined ? "–" : `≤ ${atMost}`,
    atMost === undefined ? "–" : Math.max(...costs) <= atMost ? "yes" : "no",
  ]);
  return `${title}, by the spans that are in it\n\n${pipeTable(head, lines)}`;
}

const bars = "▁▂▃▄▅▆▇█";
/** A full bar, relative to the least cost: a hundred thousand times as much. */
const decades = 5;

/** A bar for each cost, on a logarithmic scale. */
function curveOf(costs) {
  const least = Math.min(...costs.filter((cost) => cost > 0));
  const heightOf = (cost) => (cost > 0 ? Math.log10(cost / least) / decades : 0);
  return costs
    .map((cost) => bars[Math.min(bars.length - 1, Math.round(heightOf(cost) * (bars.length - 1)))])
    .join("");
}

function exponentOf(sizes, costs) {
  return Math.log(costs.at(-1) / costs.at(-2)) / Math.log(sizes.at(-1) / sizes.at(-2));
}

function inWords(count) {
  return count.toLocaleString("en");
}
