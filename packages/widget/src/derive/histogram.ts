/** How many durations lie in a stretch; milliseconds. */
export interface Bin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** A tenth of a nanosecond's thousandfold: a logarithm needs more than nothing. */
const leastMs = 1e-4;

/** Bins of equal width on a logarithmic axis, from the shortest to the longest duration; none where there are none. */
export function toHistogram(durationsMs: readonly number[], binCount: number): readonly Bin[] {
  if (durationsMs.length === 0) return [];
  const logs = durationsMs.map((ms) => Math.log10(Math.max(leastMs, ms)));
  const low = logs.reduce((least, log) => Math.min(least, log), Infinity);
  const high = logs.reduce((most, log) => Math.max(most, log), -Infinity);
  // Where all are alike, one stretch around them.
  const [start, width] = high - low < 0.02 ? [low - 0.05, 0.1] : [low, (high - low) / binCount];
  const counts = new Map<number, number>();
  for (const log of logs) {
    const place = Math.min(binCount - 1, Math.floor((log - start) / width));
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([place, count]) => ({
      fromMs: 10 ** (start + place * width),
      toMs: 10 ** (start + (place + 1) * width),
      count,
    }));
}
