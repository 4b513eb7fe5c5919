/**
 * The totals of the spans of a trace, by name, type and model. A small trace has them in its row, so that figures over many
 * traces need not read their chunks, which hold payloads too. Those of a large one are computed from its chunks, which hold only
 * digests.
 */
import type { SpanDigest } from "@spanbook/core/model";
import { createSpanGroups, type SpanTotals } from "@spanbook/core/store";

/** The sum is recomputed at every write: 0.6 µs a span. */
export const maxSummedSpans = 100;

type Columns = readonly [string, string, string | null, number, number, number, number];

/** As JSON text. */
export function sumUp(digests: Iterable<SpanDigest>): string {
  const groups = createSpanGroups();
  for (const digest of digests) groups.add(digest);
  return JSON.stringify(groups.toTotals().map(toColumns));
}

export function parseTotals(text: string): SpanTotals[] {
  return (JSON.parse(text) as Columns[]).map(
    ([name, type, model, count, errorCount, totalDurationNs, totalTokens]) => ({
      name,
      type,
      ...(model !== null && { model }),
      ...{ count, errorCount, totalDurationNs, totalTokens },
    }),
  );
}

function toColumns(totals: SpanTotals): Columns {
  const { name, type, model = null, count, errorCount, totalDurationNs, totalTokens } = totals;
  return [name, type, model, count, errorCount, totalDurationNs, totalTokens];
}
