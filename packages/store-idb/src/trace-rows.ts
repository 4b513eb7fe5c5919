/** Trace rows from folds, and infos from trace rows. */
import type { TraceInfo } from "@spanbook/core/model";
import { parseFold, toStartKey, toTraceInfo, type TraceFold } from "@spanbook/core/store";
import type { VisibleRow } from "./database.js";
import type { Liveness } from "./liveness.js";
import { termsOf } from "./terms.js";

/** The fields that index a visible trace; undefined while it has no spans. */
export function toIndexKeys(fold: TraceFold) {
  const { traceId, root, first } = fold;
  const digest = (root ?? first)?.digest;
  if (!digest) return undefined;
  const start = toStartKey(digest.startTimeUnixNano);
  const newest = countDown(start) + traceId;
  // No term depends on whether a recorder is alive.
  const info = toTraceInfo(fold, 0, () => false);
  return {
    oldest: start + traceId,
    newest,
    experimentId: digest.experimentId ?? "",
    terms: info ? termsOf(info, newest) : [],
  };
}

/** The oldest key is a start key followed by the trace id. */
export const startKeyLength = 20;

/** A start key inverted so that later times sort first. */
export function countDown(startKey: string): string {
  return startKey.replaceAll(/\d/g, (digit) => String(9 - Number(digit)));
}

/** The infos of visible rows, in the same order. */
export async function toInfos(rows: readonly VisibleRow[], liveness: Liveness): Promise<TraceInfo[]> {
  const alive = await liveness.aliveAmong(rows.flatMap(({ awaits }) => awaits ?? []));
  return rows.flatMap(
    (row) => toTraceInfo(parseFold(row.fold), row.revision, (id) => id === row.awaits && alive.has(id)) ?? [],
  );
}
