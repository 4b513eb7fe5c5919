/**
 * The layout of the database.
 *
 * A write puts its batch into the journal. When the journal is folded in, each trace that the batch touches gets a trace row and
 * one or two chunks. A chunk holds the digests of its spans as one text and their payloads as another, one per line, because a
 * put costs about 55 µs however small it is, and text crosses into IndexedDB more cheaply than objects. Large payloads are kept
 * in a separate store under the same key, so that reading digests (for a fold, a skeleton, figures) does not read them. Chunks
 * are never rewritten: a newer record of a span goes into a later chunk and wins. A chunk is deleted once all of its records have
 * been superseded.
 */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { JournalRow } from "./journal.js";

/** A trace, or the tombstone of a deleted one. The index keys are present only while the trace is visible, that is, has spans. */
export interface TraceRow {
  readonly id: string;
  /** The last change. Absent while the trace is hidden, unless it was deleted before. */
  readonly revision?: number;
  /** A serialized TraceFold; absent if the trace is deleted. */
  readonly fold?: string;
  /** The start time, counted down and up, each followed by the trace id: both sort ascending, with ties broken by trace id. */
  readonly newest?: string;
  readonly oldest?: string;
  /** The terms that find it, see terms.ts. */
  readonly terms?: readonly string[];
  /** Empty if the trace has none. */
  readonly experimentId?: string;
  /** The recorder that still has to end the trace, unless that recorder is known to have stopped. */
  readonly awaits?: string;
  readonly recorderIds: readonly string[];
  /** The recorders from which the trace was deleted. */
  readonly buried: readonly string[];
  /** Chunks are numbered from firstChunk to before nextChunk; lower ones belonged to the trace before its deletion. */
  readonly firstChunk: number;
  readonly nextChunk: number;
  /** Its blocks in the text index, see text-index.ts. Absent for a version 1 trace until it is indexed, see late-index.ts. */
  readonly gramBlocks?: readonly number[] | undefined;
  /** The size of the payloads in its chunks, in UTF-8. Unknown for a trace begun before version 3. */
  readonly bytes?: number | undefined;
  /** The totals of its spans, see span-totals.ts. Absent for a large trace, and for one written by an older library. */
  readonly totals?: string | undefined;
}

export type VisibleRow = TraceRow & Required<Pick<TraceRow, "revision" | "fold" | "newest" | "oldest">>;

export interface ChunkRow {
  readonly traceId: string;
  readonly chunk: number;
  /** JSON of an array of SpanDigest. */
  readonly digests: string;
  /** One payload per line, in the same order. Absent if they are in the store "payloads". */
  readonly payloads?: string;
  /** The size of the payloads, in UTF-8; absent before version 3. */
  readonly bytes?: number;
}

export interface PayloadRow {
  readonly traceId: string;
  readonly chunk: number;
  readonly payloads: string;
}

/** The trigrams of some payloads of some traces: one bit set per trace, one after the other. */
export interface GramRow {
  readonly traceIds: readonly string[];
  /** Where each trace's set ends. */
  readonly ends: readonly number[];
  readonly bytes: Uint8Array;
}

export interface Schema extends DBSchema {
  traces: {
    key: string;
    value: TraceRow;
    indexes: {
      newest: string;
      oldest: string;
      experiment: [string, string];
      terms: string;
      revision: number;
      awaits: string;
    };
  };
  chunks: { key: [string, number]; value: ChunkRow };
  payloads: { key: [string, number]; value: PayloadRow };
  /** The text index. */
  grams: { key: number; value: GramRow };
  /** JSON by content id. */
  resources: { key: string; value: string };
  scopes: { key: string; value: string };
  /** Recorders that have stopped writing. */
  recorders: { key: string; value: true };
  /** The latest revision, and the one that all changes come after; for indexedTo see late-index.ts. */
  meta: { key: "revision" | "firstRevision" | "indexedTo"; value: number | string };
  /** What is yet to be folded in, in the order in which all tabs wrote it. */
  journal: { key: number; value: JournalRow };
}

export type StoreName = StoreNames<Schema>;
export type Database = IDBPDatabase<Schema>;
export type Transaction<Mode extends IDBTransactionMode = "readonly" | "readwrite"> = IDBPTransaction<
  Schema,
  StoreName[],
  Mode
>;

export const allStores: StoreName[] = [
  "traces",
  "chunks",
  "payloads",
  "grams",
  "resources",
  "scopes",
  "recorders",
  "meta",
  "journal",
];

/** Whether the trace has spans. */
export function isVisible(row: TraceRow | undefined): row is VisibleRow {
  return row?.newest !== undefined;
}

/**
 * The latest revision. A new database starts at the current time, above the revisions of any deleted one of its name, so that
 * whoever observed that one can go on from its revision.
 */
export async function readRevision(transaction: Pick<Transaction, "objectStore">): Promise<number> {
  return Number((await transaction.objectStore("meta").get("revision")) ?? Date.now());
}

/** The keys of a trace's chunks, from one number to another, both included. */
export function chunksOf(traceId: string, from = 0, to = Infinity): IDBKeyRange {
  return IDBKeyRange.bound([traceId, from], [traceId, to]);
}
