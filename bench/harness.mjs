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
 * @property {Contender} [peer]
 * @property {Contender} [floor] The least that the job takes.
 * @property {{ toPeer?: number, toFloor?: number, atMost?: number }} [target] The greatest ratios and the greatest cost
 *   allowed; without one the line only tells.
 */

/** Measures a line: one round to warm up, then `rounds` of each contender in turn. */
export async function measureLine({ title, unit, ours, peer, floor, target = {} }, rounds) {
  const contenders = [ours, peer, floor].filter((contender) => contender !== undefined);
  const costs = new Map(contenders.map((contender) => [contender, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      globalThis.gc?.();
      const cost = await contender.measure();
      if (round > 0) costs.get(contender).push(cost);
    }
  }
  globalThis.gc?.();
  const medianOf = (contender) => contender && median(costs.get(contender));
  const result = { title, unit, ours: medianOf(ours), peer: medianOf(peer), floor: medianOf(floor), target };
  const heapMb = Math.round(process.memoryUsage().heapUsed / 1e6);
  return { ...result, peerName: peer?.name, verdict: verdictOf(result), heapMb };
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

/** The lines as a table: ours, peer, floor, ratios, target, and the heap of this process when the line was done. */
export function formatTable(results) {
  const head = [
    "what",
    "unit",
    "ours",
    "peer",
    "floor",
    "ours/peer",
    "ours/floor",
    "target",
    "met",
    "heap MB",
  ];
  const rows = results.map(({ title, unit, ours, peer, floor, target, verdict, peerName, heapMb }) => [
    title,
    unit,
    toText(ours),
    peer === undefined ? "–" : `${toText(peer)} (${peerName})`,
    toText(floor),
    toText(peer && ours / peer),
    toText(floor && ours / floor),
    targetText(target),
    verdict === undefined ? "–" : verdict ? "yes" : "no",
    String(heapMb),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => cell.padEnd(widths[column])).join("  ");
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** The greater of the two in the middle, where there are two. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function verdictOf({ ours, peer, floor, target: { toPeer, toFloor, atMost } }) {
  const checks = [
    peer !== undefined && toPeer !== undefined && ours / peer <= toPeer,
    floor !== undefined && toFloor !== undefined && ours / floor <= toFloor,
    atMost !== undefined && ours <= atMost,
  ];
  const isAsked = [toPeer, toFloor, atMost].map((bound) => bound !== undefined);
  return isAsked.includes(true) ? checks.every((isMet, index) => isMet || !isAsked[index]) : undefined;
}

function targetText({ toPeer, toFloor, atMost }) {
  const parts = [
    toPeer && `≤ ${toText(toPeer)} × peer`,
    toFloor && `≤ ${toText(toFloor)} × floor`,
    atMost && `≤ ${atMost}`,
  ];
  return parts.filter(Boolean).join(", ") || "–";
}

/** Three digits. */
export function toText(number) {
  return number === undefined || Number.isNaN(number) ? "–" : String(Number(number.toPrecision(3)));
}
