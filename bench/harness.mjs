// Measures alternatives side by side: they alternate, so that other load on the machine affects all of them equally, and the
// median of the rounds counts.

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => Promise<number>} measure One round; returns the cost of one unit.
 *
 * @typedef {object} Line
 * @property {string} title
 * @property {string} unit
 * @property {number} [unitBytes] For a line in microseconds: how many bytes a unit has, to print megabytes per second too.
 * @property {Contender} ours
 * @property {Contender} [peer]
 * @property {Contender} [floor] The least that the job takes.
 * @property {{ toPeer?: number, toFloor?: number, atMost?: number }} [target] The greatest ratios and the greatest cost
 *   allowed; without one the line only informs.
 */

/** How long a line may take once it has had its five rounds, so that all lines get their turn. */
const enoughMs = 20_000;
const minRounds = 5;

/** Measures a line: `warmUps` rounds that do not count, then up to `rounds` of each contender in turn. */
export async function measureLine(
  { title, unit, unitBytes, ours, peer, floor, target = {} },
  { rounds, warmUps },
) {
  const contenders = [ours, peer, floor].filter((contender) => contender !== undefined);
  const costs = new Map(contenders.map((contender) => [contender, []]));
  const startMs = performance.now();
  let done = -warmUps;
  while (done < rounds && (done < minRounds || performance.now() - startMs < enoughMs)) {
    for (const contender of contenders) {
      globalThis.gc?.();
      const cost = await contender.measure();
      if (done >= 0) costs.get(contender).push(cost);
    }
    done++;
  }
  globalThis.gc?.();
  const medianOf = (contender) => contender && median(costs.get(contender));
  const result = { title, unit, ours: medianOf(ours), peer: medianOf(peer), floor: medianOf(floor), target };
  return {
    ...result,
    ...(unitBytes !== undefined && { mbPerSecond: toRates(result, unitBytes) }),
    ...{ peerName: peer?.name, floorName: floor?.name },
    verdict: verdictOf(result),
    rounds: done,
    heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
  };
}

/** Bytes per microsecond are megabytes per second. */
function toRates({ ours, peer, floor }, unitBytes) {
  const rate = (cost) => cost && unitBytes / cost;
  return { ours: rate(ours), peer: rate(peer), floor: rate(floor) };
}

/**
 * Measures several figures at once: a function from a figure's name to a `measure` that returns it round by round. Whoever asks
 * for a round first triggers the measurement. At most `most` are made, and then the last is repeated.
 */
export function once(measureAll, most = Infinity) {
  const rounds = [];
  return (figure) => {
    let round = 0;
    return async () => (await (rounds[Math.min(round++, most - 1)] ??= measureAll()))[figure];
  };
}

/**
 * The lines as a table: ours, peer, floor, ratios, target, megabytes per second for lines about bytes, rounds, and this process's
 * heap when the line was done.
 */
export function formatTable(results) {
  const head = [
    ...["what", "unit", "ours", "peer", "floor", "ours/peer", "ours/floor", "target", "met"],
    ...["MB/s", "rounds", "heap MB"],
  ];
  const rows = results.map(({ title, unit, ours, peer, floor, target, verdict, ...more }) => [
    title,
    unit,
    toText(ours),
    peer === undefined ? "–" : `${toText(peer)} (${more.peerName})`,
    toText(floor),
    toText(peer && ours / peer),
    toText(floor && ours / floor),
    targetText(target),
    verdict === undefined ? "–" : verdict ? "yes" : "no",
    rateText(more.mbPerSecond),
    String(more.rounds),
    String(more.heapMb),
  ]);
  return pipeTable(head, rows);
}

/** A Markdown table with aligned columns. */
export function pipeTable(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** Of two in the middle, the greater. */
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

/** Ours, with the peer's and the floor's in brackets. */
function rateText(rates) {
  if (rates === undefined) return "–";
  const { ours, ...others } = rates;
  const compared = Object.entries(others)
    .filter(([, rate]) => rate !== undefined)
    .map(([name, rate]) => `${name} ${Math.round(rate)}`);
  return `${Math.round(ours)} (${compared.join(", ")})`;
}

function targetText({ toPeer, toFloor, atMost }) {
  const parts = [
    toPeer && `≤ ${toText(toPeer)} × peer`,
    toFloor && `≤ ${toText(toFloor)} × floor`,
    atMost && `≤ ${atMost}`,
  ];
  return parts.filter(Boolean).join(", ") || "–";
}

/** With three digits. */
export function toText(number) {
  return number === undefined || Number.isNaN(number) ? "–" : String(Number(number.toPrecision(3)));
}
