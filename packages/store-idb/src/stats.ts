import type { SpanDigest } from "@spanbook/core/model";
import { toFilterTree } from "@spanbook/core/search";
import {
  createSpanGroups,
  isWithin,
  toTraceFigures,
  toTraceStats,
  type StatsQuery,
  type TraceFigures,
  type TraceStats,
} from "@spanbook/core/store";
import type { ChunkRow } from "./database.js";
import { createSieve } from "./filter.js";
import { findByIndexes } from "./late-index.js";
import type { LongRead } from "./long-read.js";
import { readChunks } from "./read.js";
import { walkRows, type Walk } from "./search.js";
import { readDigests } from "./span-index.js";
import { parseTotals } from "./span-totals.js";
import { overlap, timesOf, toKeyRange } from "./start-range.js";

const chunksAtOnce = 50;
const tracesAtOnce = 20;
/** Reading one trace by its id costs as much as reading this many in a row. */
const manyPart = 4;

/**
 * The figures come from the rows; spans without totals there are counted from their digests. Payloads are read only for a filter.
 */
export async function computeStats(query: StatsQuery, read: LongRead): Promise<TraceStats> {
  const { experimentIds, fromMs = -Infinity, toMs = Infinity } = query;
  const figures: TraceFigures[] = [];
  const groups = createSpanGroups();
  const filter = toFilterTree(query.filter);
  const sieve = createSieve(filter, read);
  const times = overlap({ fromMs, toMs }, timesOf(filter));
  const { term, traceIds } = await findByIndexes(filter, read);
  const index = term === undefined ? "oldest" : "newest";
  const walk: Walk = { index, ...toKeyRange(times, index), term, traceIds, experimentIds };
  /** Traces whose rows have no span totals. */
  const unsummed = new Set<string>();
  for await (const rows of walkRows(read, walk)) {
    const totalsOf = new Map(rows.map(({ id, totals }) => [id, totals]));
    const infos = (await read.infosOf(rows)).filter(({ requestTime }) => isWithin(requestTime, query));
    for await (const info of sieve(infos)) {
      const totals = totalsOf.get(info.traceId);
      if (totals === undefined) unsummed.add(info.traceId);
      else for (const each of parseTotals(totals)) groups.addTotals(each);
      figures.push(toTraceFigures(info, query.groupBy));
    }
  }
  if (unsummed.size === 0) return toTraceStats(figures, groups.toSpanGroups(), query);
  const isMany = unsummed.size * manyPart > (await (await read.database()).count("traces"));
  for await (const digests of isMany ? walkAll(read) : walkTraces(read, unsummed)) {
    for (const [traceId, spans] of digests) {
      if (unsummed.has(traceId)) for (const digest of spans.values()) groups.add(digest);
    }
  }
  return toTraceStats(figures, groups.toSpanGroups(), query);
}

/** Per trace, the digests by span id. */
type DigestsByTrace = Map<string, Map<string, SpanDigest>>;

async function* walkTraces(
  { database, pause }: LongRead,
  traceIds: Iterable<string>,
): AsyncGenerator<DigestsByTrace> {
  const ids = [...traceIds];
  for (let start = 0; start < ids.length; start += tracesAtOnce) {
    const chunks = await readChunks(await database(), ids.slice(start, start + tracesAtOnce));
    for (const rows of chunks.values()) {
      yield toDigests(rows);
      await pause();
    }
  }
}

/** Every trace, by its chunks in key order: each read yields some traces in full and perhaps the beginning of another. */
async function* walkAll({ database, pause }: LongRead): AsyncGenerator<DigestsByTrace> {
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
    await pause();
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
