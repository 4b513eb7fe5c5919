// Measures alternatives side by side: they alternate, so that what the machine does meanwhile hits all of them, and the
// median of the rounds counts.

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => Promise<number>} measure One round; gives the cost of one unit.
 *
 * @typedef {object} Line
 * @property {string} title
 * @property {string} unit
 * @property {Contender} ours
 * @property {Contender} peer
 * @property {Contender} [floor]
 * @property {{ toPeer?: number, toFloor?: number }} target The greatest ratios allowed.
 */

/** Measures a line: one round to warm up, then `rounds` of each contender in turn. */
export async function measureLine({ title, unit, ours, peer, floor, target }, rounds) {
  const contenders = [ours, peer, floor].filter((contender) => contender !== undefined);
  const costs = new Map(contenders.map((contender) => [contender, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      globalThis.gc?.();
      const cost = await contender.measure();
      if (round > 0) costs.get(contender).push(cost);
    }
  }
  const medianOf = (contender) => contender && median(costs.get(contender));
  const result = { title, unit, ours: medianOf(ours), peer: medianOf(peer), floor: medianOf(floor), target };
  return { ...result, peerName: peer.name, verdict: verdictOf(result) };
}

/**
 * What measures several figures at one go: a function from a figure's name to a `measure` that gives it round by round. Whoever
 * asks for a round first has it measured. What takes long is measured `most` times, and the last of them told again.
 */
export function once(measureAll, most = Infinity) {
  const rounds = [];
  return (figure) => {
    let round = 0;
    return async () => (await (rounds[Math.min(round++, most - 1)] ??= measureAll()))[figure];
  };
}

/** The lines as a table: ours, peer, floor, ratios, target. */
export function formatTable(results) {
  const head = ["what", "unit", "ours", "peer", "floor", "ours/peer", "ours/floor", "target", "met"];
  const rows = results.map(({ title, unit, ours, peer, floor, target, verdict, peerName }) => [
    title,
    unit,
    toText(ours),
    `${toText(peer)} (${peerName})`,
    floor === undefined ? "–" : toText(floor),
    toText(ours / peer),
    floor === undefined ? "–" : toText(ours / floor),
    targetText(target),
    verdict ? "yes" : "no",
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => cell.padEnd(widths[column])).join("  ");
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function verdictOf({ ours, peer, floor, target: { toPeer = Infinity, toFloor = Infinity } }) {
  return ours / peer <= toPeer && (floor === undefined || ours / floor <= toFloor);
}

function targetText({ toPeer, toFloor }) {
  const parts = [toPeer && `≤ ${toPeer} × peer`, toFloor && `≤ ${toFloor} × floor`];
  return parts.filter(Boolean).join(", ");
}

/** The greater of the two in the middle, where there are two. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function toText(number) {
  return number.toPrecision(3);
}
