// What records for a long time with retention holds about as much at the end as it did soon after its start.
import assert from "node:assert/strict";

/**
 * A store notes this many deleted traces, see docs/architecture.md. Until then it grows: so many are recorded and deleted first, as
 * quickly as possible.
 */
export const deletedFirst = 100_000;

/** Traces beyond what retention keeps: it runs after every hundred. */
const tracesOverdue = 200;

/**
 * Compares the least of the first third of the samples with the least of the last, because between collections, snapshots and
 * compactions each goes up and down. Samples before retention has set in do not count: until then everything grows. Returns both,
 * and throws if the last is more than `growthAllowed` times the first, or if more is kept than retention allows.
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
