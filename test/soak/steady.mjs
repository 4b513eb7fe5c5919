// What records for long, with retention, holds after the time about what it held soon after its start.
import assert from "node:assert/strict";

/**
 * So many deleted traces a store notes, see docs/architecture.md. Until then it grows: they are recorded and deleted first, as quickly
 * as it goes.
 */
export const deletedFirst = 100_000;

/** Beyond what retention keeps: it sets in after every hundred traces. */
const tracesOverdue = 200;

/**
 * Compares the least of the first third of the samples with the least of the last: between collections, snapshots and compactions
 * each goes up and down. Samples before retention has set in do not count, because until then everything grows. Gives both, and
 * throws where the last is more than `growthAllowed` times the first, or where more is kept than retention allows.
 *
 * @param {readonly Record<string, number>[]} samples with `recorded` and `traceCount`
 * @param {Record<string, number>} growthAllowed a factor for each of what is compared
 * @param {number} maxTraces what retention keeps
 */
export function compareThirds(samples, growthAllowed, maxTraces) {
  const full = samples.filter(
    ({ traceCount, recorded }) => traceCount >= maxTraces && recorded > deletedFirst + 2 * maxTraces,
  );
  assert.ok(full.length >= 6, `too short a time: ${full.length} samples since retention set in`);
  const names = Object.keys(growthAllowed);
  const leastOf = (some) =>
    Object.fromEntries(names.map((what) => [what, Math.min(...some.map((sample) => sample[what]))]));
  const third = Math.floor(full.length / 3);
  const [first, last] = [leastOf(full.slice(0, third)), leastOf(full.slice(-third))];
  for (const what of names) {
    const told = `${what} grew from ${first[what]} to ${last[what]}`;
    assert.ok(last[what] <= first[what] * growthAllowed[what], told);
  }
  const keptTraces = Math.max(...full.map(({ traceCount }) => traceCount));
  assert.ok(keptTraces <= maxTraces + tracesOverdue, `${keptTraces} traces are kept of at most ${maxTraces}`);
  return { recorded: samples.at(-1).recorded, samples: full.length, first, last };
}

/** One line for people. */
export function inWords({ recorded, samples, first, last }) {
  const figures = Object.keys(first).map((what) =>
    what.endsWith("Bytes")
      ? `${what.slice(0, -5)} ${toMebibytes(first[what])} to ${toMebibytes(last[what])} MB`
      : `${what} ${first[what]} to ${last[what]}`,
  );
  return `${recorded} traces, ${samples} samples: ${figures.join(", ")}`;
}

function toMebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}
