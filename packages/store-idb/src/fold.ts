import {
  awaitedRecorder,
  createFold,
  foldPatch,
  foldSpan,
  parseFold,
  serializeFold,
  supersedes,
  type Batch,
  type TraceFold,
} from "@spanbook/core/store";
import { allStores, readRevision, type Database, type TraceRow, type Transaction } from "./database.js";
import { takeFromJournal, type JournalPart } from "./journal.js";
import { putChunks, type GrowingTrace } from "./put-chunks.js";
import { endRecorder, goneAmong } from "./recorders.js";
import type { SpanIndexCache } from "./span-index.js";
import { blockOf, nextGramRow, putGrams } from "./text-index.js";
import { toIndexKeys } from "./trace-rows.js";
import { createRequests, inTransaction, type Writing } from "./transaction.js";

/** Folds batches of the journal into the rows and chunks that calls read. */
export interface Folder {
  /**
   * Folds the first batches of the journal, up to that key if one is given, in one transaction. Rejects with QuotaExceededError
   * and then changes nothing.
   */
  fold(database: Database, upTo?: number): Promise<Folded>;
  /** Marks recorders as stopped, which changes the traces that wait for them; true if there are any. */
  endRecorders(database: Database, recorderIds: readonly string[]): Promise<boolean>;
  /** Forgets which origins are stored, because the browser may have cleared them. */
  forget(): void;
}

/** How much of the journal was folded in. */
export type Folded = Omit<JournalPart, "batches">;

/** A trace while batches are being folded into it. */
interface OpenTrace extends GrowingTrace {
  readonly fold: TraceFold;
  readonly recorderIds: Set<string>;
  hasChanged: boolean;
}

/** One fold of some batches: the state that its parts share. */
interface FoldRun extends Writing {
  /** By trace id. */
  readonly opened: ReadonlyMap<string, OpenTrace>;
  /** Ids of the traces whose rows must be rewritten, in the order of their last changes. */
  readonly touched: Set<string>;
}

export function createFolder(indexes: SpanIndexCache, durability: "relaxed" | "strict"): Folder {
  /** A new one for each database: what is on its way into the one before is remembered with that. */
  let knownOrigins = noOrigins();

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
    const run: FoldRun = { transaction, requests, opened, touched: new Set() };
    const ending = new Set<string>();
    for (const batch of batches) {
      foldBatch(run, batch);
      if (batch.final && !gone.has(batch.recorderId)) ending.add(batch.recorderId);
    }

    let next = revision;
    const grams = new Map<string, Uint8Array>();
    const isGone = async (recorderId: string, { awaits }: TraceRow) => {
      if (gone.has(recorderId) || ending.has(recorderId)) return true;
      return recorderId !== awaits && (await goneAmong(transaction, new Set([recorderId]))).size > 0;
    };
    for (const traceId of run.touched) {
      const trace = opened.get(traceId);
      if (!trace) continue;
      const { gramSet, ...written } = putChunks(run, trace);
      if (gramSet) grams.set(traceId, gramSet);
      const awaits = awaitedRecorder(trace.fold);
      const isAwaiting = awaits !== undefined && !(await isGone(awaits, trace.row));
      const keys = toIndexKeys(trace.fold);
      const row: TraceRow = {
        ...toRow(trace, gramSet && gramRow),
        ...keys,
        ...written,
        ...(trace.hasChanged && keys && { revision: ++next }),
        ...(isAwaiting && { awaits }),
      };
      requests.add(transaction.objectStore("traces").put(row));
      trace.added.clear();
    }
    for (const recorderId of ending) next = await endRecorder(transaction, recorderId, next);
    for (const { origins } of batches) putOrigins(run, origins);
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

  function putOrigins({ transaction, requests }: FoldRun, origins: Batch["origins"]): void {
    for (const store of ["resources", "scopes"] as const) {
      for (const [id, origin] of Object.entries(origins[store])) {
        const text = JSON.stringify(origin);
        if (knownOrigins[store].get(id) !== text) requests.add(transaction.objectStore(store).put(text, id));
      }
    }
  }

  return {
    async fold(database, upTo) {
      const { resources, scopes } = knownOrigins;
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
        remember(resources, origins.resources);
        remember(scopes, origins.scopes);
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
      knownOrigins = noOrigins();
    },
  };
}

/** JSON of the origins that are known to be stored. */
function noOrigins() {
  return { resources: new Map<string, string>(), scopes: new Map<string, string>() };
}

/**
 * Numbers its chunks from the current revision on. If a trace with this id was deleted and forgotten, a tab may still have the
 * old chunks in its index, and must not mistake the new ones for them.
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

/** The row with the new fold, but without its index keys. `gramRow` is the row of its new trigrams, if there are any. */
function toRow({ row, fold, recorderIds }: OpenTrace, gramRow: number | undefined): TraceRow {
  const { awaits: _, ...rest } = row;
  const gramBlocks =
    gramRow === undefined ? row.gramBlocks : [...new Set(row.gramBlocks).add(blockOf(gramRow))];
  return { ...rest, fold: serializeFold(fold), recorderIds: [...recorderIds], gramBlocks };
}

function foldBatch({ opened, touched }: FoldRun, { recorderId, spans, patches }: Batch): void {
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

function remember(known: Map<string, string>, origins: Readonly<Record<string, object>>): void {
  // A page that makes a new resource for each batch must not fill the memory.
  if (known.size > 1000) known.clear();
  for (const [id, origin] of Object.entries(origins)) known.set(id, JSON.stringify(origin));
}
