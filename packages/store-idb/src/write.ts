import {
  awaitedRecorder,
  createFold,
  foldPatch,
  foldSpan,
  parseFold,
  serializeFold,
  storeError,
  supersedes,
  type Batch,
  type SpanRecord,
  type TraceFold,
} from "@spanbook/core/store";
import { createGramSet, type GramSet } from "@spanbook/core/search";
import { allStores, type Database, type TraceRow, type Transaction } from "./database.js";
import { placeSpan, type SpanIndex, type SpanIndexCache } from "./span-index.js";
import { blockOf, nextGramRow, putGrams } from "./text-index.js";
import { toIndexKeys } from "./trace-rows.js";

export interface Writer {
  /**
   * Writes batches, in order, in one transaction; gives whether anything changed. Rejects with QuotaExceededError, and then
   * nothing of them was stored.
   */
  write(database: Database, batches: readonly Batch[]): Promise<boolean>;
  /** Marks recorders as writing no more, which is a change of the traces that wait for them. */
  endRecorders(database: Database, recorderIds: readonly string[]): Promise<boolean>;
  /** Takes nothing for stored any more. */
  forget(): void;
}

/** A trace while a batch is folded into it. */
interface OpenTrace {
  readonly row: TraceRow;
  readonly fold: TraceFold;
  readonly index: SpanIndex;
  /** The winning records of the batch, by span id. */
  readonly added: Map<string, SpanRecord>;
  hasChanged: boolean;
}

/** Payloads up to so many characters lie with the digests: for a small trace one put less. */
const maxInlineCharacters = 16_384;
/** A larger batch is cut, so that a page of a trace, or one span, can be read without reading all of it. */
const maxChunkSpans = 128;

const encoder = new TextEncoder();

export function createWriter(indexes: SpanIndexCache, durability: "relaxed" | "strict"): Writer {
  /** JSON of the origins that are known to be stored. */
  const knownOrigins = { resources: new Map<string, string>(), scopes: new Map<string, string>() };

  async function inTransaction<Result>(
    database: Database,
    run: (transaction: Transaction<"readwrite">) => Promise<Result>,
  ): Promise<Result> {
    const transaction = database.transaction(allStores, "readwrite", { durability });
    try {
      const result = await run(transaction);
      await transaction.done;
      return result;
    } catch (failure) {
      // The puts before the one that failed reject as well; the transaction's own error is the reason of them all.
      transaction.done.catch(() => undefined);
      tryAbort(transaction);
      const cause = transaction.error ?? (failure as Error);
      if (cause.name !== "QuotaExceededError") throw cause;
      throw storeError("QuotaExceededError", "the batch needs more space than the browser gives this site", {
        cause,
      });
    }
  }

  async function apply(writing: Writing, batch: Batch): Promise<boolean> {
    const { transaction, requests } = writing;
    const { recorderId } = batch;
    const ids = new Set([
      ...batch.spans.map(({ digest }) => digest.traceId),
      ...batch.patches.map(({ traceId }) => traceId),
    ]);
    const [revision = 0, isGone = false, opened] = await Promise.all([
      transaction.objectStore("meta").get("revision"),
      transaction.objectStore("recorders").get(recorderId),
      openTraces(transaction, ids, recorderId),
    ]);
    for (const { digest, payload } of batch.spans) {
      const trace = opened.get(digest.traceId);
      if (!trace) continue;
      const { fold, index, added } = trace;
      const stored = added.get(digest.spanId)?.digest ?? index.spans.get(digest.spanId)?.digest;
      if (stored && !supersedes(digest, stored)) continue;
      foldSpan(fold, digest, recorderId, stored);
      added.set(digest.spanId, { digest, payload });
      trace.hasChanged = true;
    }
    for (const patch of batch.patches) {
      const trace = opened.get(patch.traceId);
      if (trace && foldPatch(trace.fold, patch)) trace.hasChanged = true;
    }

    let next = revision;
    for (const [traceId, trace] of opened) {
      const { row, fold, added, hasChanged } = trace;
      if (!hasChanged && row.recorderIds.includes(recorderId)) continue;
      const nextChunk = putChunks(writing, traceId, trace, added);
      const gramBlocks = new Set(row.gramBlocks);
      if (added.size > 0) gramBlocks.add(blockOf(writing.gramRow));
      const keys = toIndexKeys(fold);
      const { awaits: _, ...rest } = row;
      const awaits = await awaitedBy(transaction, trace, recorderId, isGone || batch.final === true);
      const changed: TraceRow = {
        ...rest,
        ...keys,
        ...(hasChanged && keys && { revision: ++next }),
        ...(awaits !== undefined && { awaits }),
        fold: serializeFold(fold),
        recorderIds: [...new Set([...row.recorderIds, recorderId])],
        nextChunk,
        gramBlocks: [...gramBlocks],
      };
      requests.add(transaction.objectStore("traces").put(changed));
    }
    if (batch.final && !isGone) next = await endRecorder(transaction, recorderId, next);
    for (const store of ["resources", "scopes"] as const) {
      for (const [id, origin] of Object.entries(batch.origins[store])) {
        const text = JSON.stringify(origin);
        if (knownOrigins[store].get(id) !== text) requests.add(transaction.objectStore(store).put(text, id));
      }
    }
    if (next > revision) requests.add(transaction.objectStore("meta").put(next, "revision"));
    return next > revision;
  }

  async function openTraces(
    transaction: Transaction<"readwrite">,
    ids: ReadonlySet<string>,
    recorderId: string,
  ): Promise<Map<string, OpenTrace>> {
    const opened = await Promise.all(
      [...ids].map(async (id) => {
        const row = (await transaction.objectStore("traces").get(id)) ?? newRow(id);
        if (row.buried.includes(recorderId)) return undefined;
        const index = await indexes.load(transaction, row);
        const fold = row.fold === undefined ? createFold(id) : parseFold(row.fold);
        return [id, { row, fold, index, added: new Map(), hasChanged: false }] as const;
      }),
    );
    return new Map(opened.filter((entry) => entry !== undefined));
  }

  return {
    async write(database, batches) {
      try {
        const hasChanged = await inTransaction(database, async (transaction) => {
          const gramRow = await nextGramRow(transaction);
          const writing: Writing = { transaction, requests: createRequests(), gramRow, grams: new Map() };
          let hasAnyChanged = false;
          for (const batch of batches) hasAnyChanged = (await apply(writing, batch)) || hasAnyChanged;
          await putGrams(transaction, gramRow, writing.grams);
          await writing.requests.all();
          return hasAnyChanged;
        });
        for (const { origins } of batches) {
          remember(knownOrigins.resources, origins.resources);
          remember(knownOrigins.scopes, origins.scopes);
        }
        return hasChanged;
      } catch (failure) {
        for (const { spans } of batches) for (const { digest } of spans) indexes.drop(digest.traceId);
        throw failure;
      }
    },
    endRecorders: (database, recorderIds) =>
      inTransaction(database, async (transaction) => {
        const revision = (await transaction.objectStore("meta").get("revision")) ?? 0;
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

function newRow(id: string): TraceRow {
  return { id, recorderIds: [], buried: [], firstChunk: 0, nextChunk: 0, gramBlocks: [] };
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

/** What the parts of a write share. */
interface Writing {
  readonly transaction: Transaction<"readwrite">;
  readonly requests: ReturnType<typeof createRequests>;
  /** The row that the transaction adds to the text index, and what it will hold. */
  readonly gramRow: number;
  readonly grams: Map<string, GramSet>;
}

/**
 * Puts the batch's records into new chunks, the open ones apart: their chunk is deleted when they have all ended. Gives the
 * number of the next chunk.
 */
function putChunks(
  writing: Writing,
  traceId: string,
  { index }: OpenTrace,
  added: OpenTrace["added"],
): number {
  const isOpen = ({ digest }: SpanRecord) => digest.endTimeUnixNano === undefined;
  const records = [...added.values()];
  for (const part of [records.filter((record) => !isOpen(record)), records.filter(isOpen)]) {
    for (let start = 0; start < part.length; start += maxChunkSpans) {
      putChunk(writing, traceId, index, part.slice(start, start + maxChunkSpans));
    }
  }
  return index.nextChunk;
}

function putChunk(
  { transaction, requests, grams }: Writing,
  traceId: string,
  index: SpanIndex,
  records: readonly SpanRecord[],
): void {
  const chunks = transaction.objectStore("chunks");
  const apart = transaction.objectStore("payloads");
  const chunk = index.nextChunk++;
  const digests = records.map(({ digest }) => digest);
  digests.forEach((digest, line) => {
    const left = placeSpan(index, { digest, chunk, line });
    if (left === undefined) return;
    requests.add(chunks.delete([traceId, left]));
    requests.add(apart.delete([traceId, left]));
  });
  const payloads = records.map(({ payload }) => payload).join("\n");
  const gramSet = grams.get(traceId) ?? createGramSet();
  grams.set(traceId, gramSet);
  gramSet.add(encoder.encode(payloads));
  const isInline = payloads.length <= maxInlineCharacters;
  requests.add(
    chunks.put({ traceId, chunk, digests: JSON.stringify(digests), ...(isInline && { payloads }) }),
  );
  if (!isInline) requests.add(apart.put({ traceId, chunk, payloads }));
}

/** The recorder that the trace waits for, unless it is known to be gone. */
async function awaitedBy(
  transaction: Transaction<"readwrite">,
  { row, fold }: OpenTrace,
  recorderId: string,
  isGone: boolean,
): Promise<string | undefined> {
  const awaited = awaitedRecorder(fold);
  if (awaited === recorderId) return isGone ? undefined : awaited;
  if (awaited === undefined || awaited === row.awaits) return awaited;
  return (await transaction.objectStore("recorders").get(awaited)) ? undefined : awaited;
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

function tryAbort(transaction: Transaction<"readwrite">): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}
