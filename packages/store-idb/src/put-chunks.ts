/** Puts the spans of a trace into chunks. */
import { createGramSet } from "@spanbook/core/search";
import type { SpanRecord } from "@spanbook/core/store";
import type { TraceRow } from "./database.js";
import { addChunk, digestsIn, placeSpan, type SpanIndex } from "./span-index.js";
import { maxSummedSpans, sumUp } from "./span-totals.js";
import type { Writing } from "./transaction.js";

/** A trace that batches are folded into. */
export interface GrowingTrace {
  readonly row: TraceRow;
  readonly index: SpanIndex;
  /** The newest record of each span in the batches, by span id. */
  readonly added: Map<string, SpanRecord>;
}

/** Payloads up to this length are kept with the digests, which saves one put for a small trace. */
const maxInlineCharacters = 16_384;
/** A larger batch is split, so that a page of a trace, or one span, can be read without reading all of it. */
const maxChunkSpans = 128;

const encoder = new TextEncoder();

/** What the trace's row records about its chunks, and the trigrams of the chunks just added. */
export type WrittenChunks = Pick<TraceRow, "nextChunk" | "bytes" | "totals"> & {
  readonly gramSet?: Uint8Array;
};

/** Puts the new records into new chunks, open spans in their own: those are deleted once all of these have ended. */
export function putChunks(
  { transaction, requests }: Writing,
  { row, index, added }: GrowingTrace,
): WrittenChunks {
  if (added.size === 0) return { nextChunk: index.nextChunk, bytes: row.bytes, totals: row.totals };
  const chunks = transaction.objectStore("chunks");
  const apart = transaction.objectStore("payloads");
  const grams = createGramSet();
  let byteCount = row.bytes;

  function putChunk(records: readonly SpanRecord[]): void {
    const payloads = records.map(({ payload }) => payload).join("\n");
    const encoded = encoder.encode(payloads);
    const key = { traceId: row.id, chunk: index.nextChunk++ };
    const digests = records.map(({ digest }) => digest);
    const isInline = payloads.length <= maxInlineCharacters;
    const chunkRow = {
      ...key,
      digests: JSON.stringify(digests),
      ...(isInline && { payloads }),
      bytes: encoded.length,
    };
    grams.add(encoded);
    addChunk(index, chunkRow);
    if (byteCount !== undefined) byteCount += encoded.length;
    digests.forEach((digest, line) => {
      const left = placeSpan(index, { digest, chunk: key.chunk, line });
      if (!left) return;
      if (byteCount !== undefined) byteCount -= left.bytes;
      requests.add(chunks.delete([row.id, left.chunk]));
      requests.add(apart.delete([row.id, left.chunk]));
    });
    requests.add(chunks.put(chunkRow));
    if (!isInline) requests.add(apart.put({ ...key, payloads }));
  }

  const isOpen = ({ digest }: SpanRecord) => digest.endTimeUnixNano === undefined;
  const records = [...added.values()];
  for (const part of [records.filter((record) => !isOpen(record)), records.filter(isOpen)]) {
    for (let start = 0; start < part.length; start += maxChunkSpans) {
      putChunk(part.slice(start, start + maxChunkSpans));
    }
  }
  const totals = index.spans.size > maxSummedSpans ? undefined : sumUp(digestsIn(index));
  return { nextChunk: index.nextChunk, bytes: byteCount, totals, gramSet: grams.toBytes() };
}
