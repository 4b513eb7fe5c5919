import {
  awaitedRecorder,
  createFold,
  foldPatch,
  foldSpan,
  parseFold,
  serializeFold,
  supersedes,
  type Batch,
  type SpanRecord,
  type TraceFold,
} from "@spanbook/core/store";
import { createGramSet } from "@spanbook/core/search";
import { allStores, readRevision, type Database, type TraceRow, type Transaction } from "./database.js";
import { takeFromJournal, type JournalPart } from "./journal.js";
import { addChunk, placeSpan, type SpanIndex, type SpanIndexCache } from "./span-index.js";
import { blockOf, nextGramRow, putGrams } from "./text-index.js";
import { toIndexKeys } from "./trace-rows.js";
import { inTransaction } from "./transaction.js";

/** Brings what is written to where it is read. */
export interface Folder {
  /**
   * Folds the first batches of the journal in, those up to that key if one is given, in one transaction. Rejects with
   * QuotaExceededError, and then all is as it was.
   */
  fold(database: Database, upTo?: number): Promise<Folded>;
  /** Marks recorders as writing no more, which is a change of the traces that wait for them. */
  endRecorders(database: Database, recorderIds: readonly string[]): Promise<boolean>;
  /** Takes nothing for stored any more. */
  forget(): void;
}

/** What of the journal was folded in. */
export type Folded = Omit<JournalPart, "batches">;

/** A trace while batches are folded into it. */
interface OpenTrace {
  readonly row: TraceRow;
  readonly fold: TraceFold;
  readonly index: SpanIndex;
  readonly recorderIds: Set<string>;
  /** The winning records of the batches, by span id. */
  readonly added: Map<string, SpanRecord>;
  hasChanged: boolean;
}

/** What the parts of a fold share. */
interface Folding {
  readonly transaction: Transaction<"readwrite">;
  readonly requests: ReturnType<typeof createRequests>;
  /** By trace id. */
  readonly opened: ReadonlyMap<string, OpenTrace>;
  /** Those that have to be put again, in the order of their last changes. */
  readonly touched: Set<string>;
}

/** Payloads up to so many characters lie with the digests: for a small trace one put less. */
const maxInlineCharacters = 16_384;
/** A larger batch is cut, so that a page of a trace, or one span, can be read without reading all of it. */
const maxChunkSpans = 128;

const encoder = new TextEncoder();

export function createFolder(indexes: SpanIndexCache, durability: "relaxed" | "strict"): Folder {
  /** JSON of the origins that are known to be stored. */
  const knownOrigins = { resources: new Map<string, string>(), scopes: new Map<string, string>() };

  async function foldBatches(
    transaction: Transaction<"readwrite">,
    batches: readonly Batch[],
  ): Promise<void> {
    const revision = await readRevision(transaction);
    const [gone, gramRow, opened] = await Promise.all([
      goneAmong(transaction, new Set(batches.map(({ recorderId }) => recorderId))),
      nextGramRow(transaction),
      openTraces(transaction, batches, revision),
    ]);
    const requests = createRequests();
    const folding: Folding = { transaction, requests, opened, touched: new Set() };
    const ending = new Set<string>();
    for (const batch of batches) {
      foldBatch(folding, batch);
      if (batch.final && !gone.has(batch.recorderId)) ending.add(batch.recorderId);
    }

    let next = revision;
    const grams = new Map<string, Uint8Array>();
    const isGone = async (recorderId: string, { awaits }: TraceRow) => {
      if (gone.has(recorderId) || ending.has(recorderId)) return true;
      return recorderId !== awaits && (await goneAmong(transaction, new Set([recorderId]))).size > 0;
    };
    for (const traceId of folding.touched) {
      const trace = opened.get(traceId);
      if (!trace) continue;
      const { row, fold, added, recorderIds, hasChanged } = trace;
      const { gramSet, ...written } = putChunks(folding, trace);
      if (gramSet) grams.set(traceId, gramSet);
      const gramBlocks = gramSet ? [...new Set(row.gramBlocks).add(blockOf(gramRow))] : row.gramBlocks;
      const keys = toIndexKeys(fold);
      const { awaits: _, ...rest } = row;
      const awaits = awaitedRecorder(fold);
      const isAwaiting = awaits !== undefined && !(await isGone(awaits, row));
      const changed: TraceRow = {
        ...rest,
        ...keys,
        ...written,
        ...(hasChanged && keys && { revision: ++next }),
        ...(isAwaiting && { awaits }),
        fold: serializeFold(fold),
        recorderIds: [...recorderIds],
        gramBlocks,
      };
      requests.add(transaction.objectStore("traces").put(changed));
      added.clear();
    }
    for (const recorderId of ending) next = await endRecorder(transaction, recorderId, next);
    for (const { origins } of batches) putOrigins(folding, origins);
    if (next > revision) requests.add(transaction.objectStore("meta").put(next, "revision"));
    await putGrams(transaction, gramRow, grams);
    await requests.all();
  }

  async function openTraces(
    transaction: Transaction<"readwrite">,
    batches: readonly Batch[],
    revision: number,
  ): Promise<Map<string, OpenTrace>> {
    const ids = new Set(
      batches.flatMap(({ spans, patches }) => [
        ...spans.map(({ digest }) => digest.traceId),
        ...patches.map(({ traceId }) => traceId),
      ]),
    );
    const opened = Array.from(ids, async (id): Promise<[string, OpenTrace]> => {
      const row = (await transaction.objectStore("traces").get(id)) ?? newRow(id, revision);
      const index = await indexes.load(transaction, row);
      const fold = row.fold === undefined ? createFold(id) : parseFold(row.fold);
      const recorderIds = new Set(row.recorderIds);
      return [id, { row, fold, index, recorderIds, added: new Map(), hasChanged: false }];
    });
    return new Map(await Promise.all(opened));
  }

  function putOrigins({ transaction, requests }: Folding, origins: Batch["origins"]): void {
    for (const store of ["resources", "scopes"] as const) {
      for (const [id, origin] of Object.entries(origins[store])) {
        const text = JSON.stringify(origin);
        if (knownOrigins[store].get(id) !== text) requests.add(transaction.objectStore(store).put(text, id));
      }
    }
  }

  return {
    async fold(database, upTo) {
      let part: JournalPart | undefined;
      try {
        await inTransaction(database, allStores, durability, async (transaction) => {
          part = await takeFromJournal(transaction, upTo);
          if (part.batches.length > 0) await foldBatches(transaction, part.batches);
        });
      } catch (failure) {
        for (const { spans } of part?.batches ?? []) {
          for (const { digest } of spans) indexes.drop(digest.traceId);
        }
        throw failure;
      }
      const { batches = [], lastKey, spanCount = 0 } = part ?? {};
      for (const { origins } of batches) {
        remember(knownOrigins.resources, origins.resources);
        remember(knownOrigins.scopes, origins.scopes);
      }
      return { lastKey, spanCount };
    },
    endRecorders: (database, recorderIds) =>
      inTransaction(database, allStores, durability, async (transaction) => {
        const revision = await readRevision(transaction);
        let next = revision;
        for (const recorderId of recorderIds) next = await endRecorder(transaction, recorderId, next);
        await transaction.objectStore("meta").put(next, "revision");
        return next > revision;
      }),
    forget() {
      knownOrigins.resources.clear();
      knownOrigins.scopes.clear();
    },
  };
}

/**
 * Its chunks are numbered from the revision on: had there been a trace of that id, deleted and forgotten, a tab that still knows
 * its chunks would take them for these if the numbers were the same.
 */
function newRow(id: string, revision: number): TraceRow {
  return {
    id,
    recorderIds: [],
    buried: [],
    firstChunk: revision,
    nextChunk: revision,
    gramBlocks: [],
    bytes: 0,
  };
}

/** Requests that nobody waits for one by one. A failed one aborts the transaction, which says why. */
function createRequests() {
  const requests: Promise<unknown>[] = [];
  return {
    add(request: Promise<unknown>): void {
      request.catch(() => undefined);
      requests.push(request);
    },
    all: () => Promise.all(requests),
  };
}

function foldBatch({ opened, touched }: Folding, { recorderId, spans, patches }: Batch): void {
  const changed = new Set<OpenTrace>();
  /** The trace, unless it was deleted from this recorder. */
  const open = (traceId: string) => {
    const trace = opened.get(traceId);
    if (!trace || trace.row.buried.includes(recorderId)) return undefined;
    if (!trace.recorderIds.has(recorderId)) touched.add(traceId);
    trace.recorderIds.add(recorderId);
    return trace;
  };
  for (const { digest, payload } of spans) {
    const trace = open(digest.traceId);
    if (!trace) continue;
    const { fold, index, added } = trace;
    const stored = added.get(digest.spanId)?.digest ?? index.spans.get(digest.spanId)?.digest;
    if (stored && !supersedes(digest, stored)) continue;
    foldSpan(fold, digest, recorderId, stored);
    added.set(digest.spanId, { digest, payload });
    changed.add(trace);
  }
  for (const patch of patches) {
    const trace = open(patch.traceId);
    if (trace && foldPatch(trace.fold, patch)) changed.add(trace);
  }
  for (const trace of changed) {
    trace.hasChanged = true;
    touched.delete(trace.row.id);
    touched.add(trace.row.id);
  }
}

/** What a trace's row remembers of its chunks, and the threes of bytes of those that were added now. */
type WrittenChunks = Pick<TraceRow, "nextChunk" | "bytes"> & { readonly gramSet?: Uint8Array };

/** Puts the new records into new chunks, the open ones apart: their chunk is deleted when they have all ended. */
function putChunks({ transaction, requests }: Folding, { row, index, added }: OpenTrace): WrittenChunks {
  if (added.size === 0) return { nextChunk: index.nextChunk, bytes: row.bytes };
  const chunks = transaction.objectStore("chunks");
  const apart = transaction.objectStore("payloads");
  const grams = createGramSet();
  let byteCount = row.bytes;

  function putChunk(records: readonly SpanRecord[]): void {
    const payloads = records.map(({ payload }) => payload).join("\n");
    const encoded = encoder.encode(payloads);
    const key = { traceId: row.id, chunk: index.nextChunk++ };
    const digests = records.map(({ digest }) => digest);
    grams.add(encoded);
    addChunk(index, key.chunk, encoded.length);
    if (byteCount !== undefined) byteCount += encoded.length;
    digests.forEach((digest, line) => {
      const left = placeSpan(index, { digest, chunk: key.chunk, line });
      if (!left) return;
      if (byteCount !== undefined) byteCount -= left.bytes;
      requests.add(chunks.delete([row.id, left.chunk]));
      requests.add(apart.delete([row.id, left.chunk]));
    });
    const isInline = payloads.length <= maxInlineCharacters;
    const texts = { digests: JSON.stringify(digests), ...(isInline && { payloads }) };
    requests.add(chunks.put({ ...key, ...texts, bytes: encoded.length }));
    if (!isInline) requests.add(apart.put({ ...key, payloads }));
  }

  const isOpen = ({ digest }: SpanRecord) => digest.endTimeUnixNano === undefined;
  const records = [...added.values()];
  for (const part of [records.filter((record) => !isOpen(record)), records.filter(isOpen)]) {
    for (let start = 0; start < part.length; start += maxChunkSpans) {
      putChunk(part.slice(start, start + maxChunkSpans));
    }
  }
  return { nextChunk: index.nextChunk, bytes: byteCount, gramSet: grams.toBytes() };
}

/** Those of the recorders that write no more. */
async function goneAmong(
  transaction: Transaction<"readwrite">,
  recorderIds: ReadonlySet<string>,
): Promise<Set<string>> {
  const recorders = transaction.objectStore("recorders");
  const found = Array.from(recorderIds, async (id) => ((await recorders.get(id)) ? [id] : []));
  return new Set((await Promise.all(found)).flat());
}

async function endRecorder(
  transaction: Transaction<"readwrite">,
  recorderId: string,
  revision: number,
): Promise<number> {
  const traces = transaction.objectStore("traces");
  let next = revision;
  const rows = await traces.index("awaits").getAll(recorderId);
  await Promise.all([
    transaction.objectStore("recorders").put(true, recorderId),
    ...rows.map(({ awaits: _, ...row }) => traces.put({ ...row, revision: ++next })),
  ]);
  return next;
}

function remember(known: Map<string, string>, origins: Readonly<Record<string, object>>): void {
  // A page that makes up a resource a batch must not fill the memory.
  if (known.size > 1000) known.clear();
  for (const [id, origin] of Object.entries(origins)) known.set(id, JSON.stringify(origin));
}
