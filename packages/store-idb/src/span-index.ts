/**
 * Where the spans of a trace are stored, and their digests: what a write needs to fold in a newer record of a span, and a read to
 * choose a page. It is built from the chunks' digests and kept for the traces used last, so that the next flush of the same trace
 * reads only chunks that another tab has added meanwhile.
 */
import type { SpanDigest } from "@spanbook/core/model";
import { toStartKey, type GetOptions } from "@spanbook/core/store";
import { chunksOf, type ChunkRow, type Transaction, type TraceRow } from "./database.js";

export interface PlacedSpan {
  readonly digest: SpanDigest;
  readonly chunk: number;
  readonly line: number;
}

export interface SpanIndex {
  readonly firstChunk: number;
  nextChunk: number;
  readonly spans: Map<string, PlacedSpan>;
  readonly chunks: Map<number, PlacedChunk>;
  /** The spans sorted by key; absent if one was placed since. */
  sorted?: readonly SortedSpan[] | undefined;
}

interface SortedSpan {
  readonly key: string;
  readonly placed: PlacedSpan;
}

export interface PlacedChunk {
  readonly chunk: number;
  /** The size of its payloads. */
  readonly bytes: number;
  /** Whether its payloads are in the store "payloads". */
  readonly isApart: boolean;
  /** How many of its records are current; it is deleted when none is. */
  currentCount: number;
}

export interface SpanIndexCache {
  /**
   * The index of a trace as the transaction sees it. `chunks` holds all of the trace's chunks, or is empty and receives those
   * read for the index. Whoever changes the index must {@link SpanIndexCache.drop} it if the transaction fails.
   */
  load(
    transaction: Pick<Transaction, "objectStore">,
    row: TraceRow,
    chunks?: Map<number, ChunkRow>,
  ): Promise<SpanIndex>;
  /** Whether an index is kept, current or outdated. */
  has(traceId: string): boolean;
  drop(traceId: string): void;
  clear(): void;
}

/** About 12 MB. The index used last is kept even if it alone is larger. */
const maxKeptSpans = 20_000;
const maxKeptTraces = 100;

export function createSpanIndexCache(): SpanIndexCache {
  const kept = new Map<string, SpanIndex>();

  function keep(traceId: string, index: SpanIndex): void {
    kept.delete(traceId);
    kept.set(traceId, index);
    let spanCount = 0;
    for (const { spans } of kept.values()) spanCount += spans.size;
    for (const [oldestId, { spans }] of kept) {
      if ((spanCount <= maxKeptSpans && kept.size <= maxKeptTraces) || oldestId === traceId) break;
      kept.delete(oldestId);
      spanCount -= spans.size;
    }
  }

  return {
    async load(transaction, { id, firstChunk, nextChunk }, chunks = new Map()) {
      let index = kept.get(id);
      if (index?.firstChunk !== firstChunk || index.nextChunk > nextChunk) {
        index = { firstChunk, nextChunk: firstChunk, spans: new Map(), chunks: new Map() };
      }
      if (index.nextChunk < nextChunk) {
        if (chunks.size === 0) {
          const added = await transaction.objectStore("chunks").getAll(chunksOf(id, index.nextChunk));
          for (const row of added) chunks.set(row.chunk, row);
        }
        for (const row of chunks.values()) {
          if (row.chunk < index.nextChunk) continue;
          addChunk(index, row);
          readDigests(row).forEach((digest, line) => placeSpan(index, { digest, chunk: row.chunk, line }));
        }
        index.nextChunk = nextChunk;
      }
      keep(id, index);
      return index;
    },
    has: (traceId) => kept.has(traceId),
    drop: (traceId) => void kept.delete(traceId),
    clear: () => kept.clear(),
  };
}

/**
 * Spans ordered by start, then by id: at most `maxSpans`, from the beginning or after the key `after`. They are sorted once, not
 * for every page.
 */
export function pageOf(
  index: SpanIndex,
  { after, maxSpans = Infinity }: Pick<GetOptions, "after" | "maxSpans">,
): PlacedSpan[] {
  const sorted = (index.sorted ??= sort(index.spans.values()));
  const start = after ? countUpTo(sorted, toSpanKey(after)) : 0;
  return sorted.slice(start, start + maxSpans).map(({ placed }) => placed);
}

function sort(spans: Iterable<PlacedSpan>): SortedSpan[] {
  return Array.from(spans, (placed) => ({ key: toSpanKey(placed.digest), placed })).sort((a, b) =>
    a.key < b.key ? -1 : 1,
  );
}

/** How many spans have that key or a lower one. */
function countUpTo(sorted: readonly SortedSpan[], key: string): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle]?.key ?? "") <= key) from = middle + 1;
    else to = middle;
  }
  return from;
}

function toSpanKey({ startTimeUnixNano, spanId }: { startTimeUnixNano: string; spanId: string }): string {
  return toStartKey(startTimeUnixNano) + spanId;
}

/** The newest records' digests. */
export function* digestsIn({ spans }: SpanIndex): Generator<SpanDigest> {
  for (const { digest } of spans.values()) yield digest;
}

export function readDigests({ digests }: ChunkRow): SpanDigest[] {
  return JSON.parse(digests) as SpanDigest[];
}

/** Registers a chunk, before its spans are placed. */
export function addChunk(
  { chunks }: SpanIndex,
  { chunk, bytes = 0, payloads }: Pick<ChunkRow, "chunk" | "bytes" | "payloads">,
): void {
  chunks.set(chunk, { chunk, bytes, isApart: payloads === undefined, currentCount: 0 });
}

/** Replaces the older record of a span; returns that record's chunk if none of its records is current. */
export function placeSpan(index: SpanIndex, placed: PlacedSpan): PlacedChunk | undefined {
  const { spans, chunks } = index;
  const { chunk, digest } = placed;
  index.sorted = undefined;
  const before = spans.get(digest.spanId);
  spans.set(digest.spanId, placed);
  const current = chunks.get(chunk);
  if (current) current.currentCount++;
  const left = before && chunks.get(before.chunk);
  if (!left || --left.currentCount > 0) return undefined;
  chunks.delete(left.chunk);
  return left;
}
