import type { SpanDigest, TraceInfo } from "@spanbook/core/model";
import {
  createSpanGroups,
  isWithin,
  toStartKey,
  toTraceStats,
  type StatsQuery,
  type TraceFigures,
  type TraceStats,
} from "@spanbook/core/store";
import { chunksOf, type ChunkRow, type Database, type VisibleRow } from "./database.js";
import { walkRows } from "./search.js";
import { readDigests } from "./span-index.js";

const chunksAtOnce = 50;

/** The figures, from the rows and from the digests of their spans; never from payloads. */
export async function computeStats(
  query: StatsQuery,
  database: () => Promise<Database>,
  toInfos: (rows: readonly VisibleRow[]) => Promise<readonly TraceInfo[]>,
  pause: () => Promise<void>,
): Promise<TraceStats> {
  const { experimentIds, fromMs, toMs } = query;
  const figures: TraceFigures[] = [];
  const groups = createSpanGroups();
  // A millisecond more on either side: a request time is rounded, the key is exact.
  const after = fromMs === undefined ? undefined : toKey(Math.floor(fromMs) - 1);
  const before = toMs === undefined ? undefined : toKey(Math.ceil(toMs) + 1);
  const walk = {
    index: "oldest",
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    ...(experimentIds && { experimentIds }),
  } as const;
  const chosen = new Set<string>();
  for await (const rows of walkRows(database, walk)) {
    const infos = await toInfos(rows);
    for (const { traceId, requestTime, state, executionDuration, tokenUsage } of infos) {
      if (!isWithin(requestTime, query)) continue;
      chosen.add(traceId);
      figures.push({
        requestTime,
        state,
        ...(executionDuration !== undefined && { executionDuration }),
        totalTokens: tokenUsage?.totalTokens ?? 0,
      });
    }
    await pause();
  }
  const isAll = !experimentIds && fromMs === undefined && toMs === undefined;
  for await (const digests of isAll ? walkAll(database) : walkTraces(database, chosen)) {
    for (const [traceId, spans] of digests) {
      if (chosen.has(traceId)) for (const digest of spans.values()) groups.add(digest);
    }
    await pause();
  }
  return toTraceStats(figures, groups.toSpanGroups(), query);
}

/** Digests by span id, of each of some traces. */
type DigestsByTrace = Map<string, Map<string, SpanDigest>>;

async function* walkTraces(
  database: () => Promise<Database>,
  traceIds: Iterable<string>,
): AsyncGenerator<DigestsByTrace> {
  for (const traceId of traceIds) {
    yield toDigests(await (await database()).getAll("chunks", chunksOf(traceId)));
  }
}

/** Every trace, by its chunks in the order of their keys: a read has some traces whole and perhaps the begin of another. */
async function* walkAll(database: () => Promise<Database>): AsyncGenerator<DigestsByTrace> {
  let from: [string, number] = ["", 0];
  let begun: DigestsByTrace = new Map();
  for (;;) {
    const range = IDBKeyRange.lowerBound(from, true);
    const rows = await (await database()).getAll("chunks", range, chunksAtOnce);
    const digests = toDigests(rows, begun);
    const last = rows.at(-1);
    if (!last || rows.length < chunksAtOnce) {
      yield digests;
      return;
    }
    from = [last.traceId, last.chunk];
    begun = new Map([[last.traceId, digests.get(last.traceId) ?? new Map()]]);
    digests.delete(last.traceId);
    yield digests;
  }
}

/** A later chunk has the newer record of a span. */
function toDigests(rows: readonly ChunkRow[], digests: DigestsByTrace = new Map()): DigestsByTrace {
  for (const row of rows) {
    const spans = digests.get(row.traceId) ?? new Map<string, SpanDigest>();
    digests.set(row.traceId, spans);
    for (const digest of readDigests(row)) spans.set(digest.spanId, digest);
  }
  return digests;
}

/** The key behind which traces start at that time or later; undefined where every trace lies on one side of it. */
function toKey(wholeMs: number): string | undefined {
  return wholeMs > 0 && wholeMs < 18_446_744_073_709 ? toStartKey(`${wholeMs}000000`) : undefined;
}
