/**
 * What lies in the database.
 *
 * A write leaves its batch in the journal. When that is folded in, each trace that it touches gets a trace row and one or two
 * chunks. A chunk holds the digests of its spans as one text and their payloads as another, one a line, because a put costs
 * about 55 µs however small it is, and text crosses into IndexedDB more cheaply than objects. Payloads that are large lie in a
 * store of their own under the same key, so that reading digests (for a fold, a skeleton, figures) does not read them. Chunks
 * are never rewritten: a newer record of a span comes in a later chunk and wins, and a chunk none of whose records counts any
 * more is deleted.
 */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { JournalRow } from "./journal.js";

/** A trace, or what is left of a deleted one. The index keys are there while the trace is visible: while it has spans. */
export interface TraceRow {
  readonly id: string;
  /** The last change. Absent while the trace is hidden, unless it was deleted before. */
  readonly revision?: number;
  /** A serialized TraceFold; absent where the trace is deleted. */
  readonly fold?: string;
  /** The start, counted down and up, each with the trace id behind it: both sort ascending with ties by trace id. */
  readonly newest?: string;
  readonly oldest?: string;
  /** What it is found by, see terms.ts. */
  readonly terms?: readonly string[];
  /** Empty where the trace has none. */
  readonly experimentId?: string;
  /** The recorder that still has to end the trace, unless it is known to write no more. */
  readonly awaits?: string;
  readonly recorderIds: readonly string[];
  /** The recorders from which the trace was deleted. */
  readonly buried: readonly string[];
  /** The chunks are numbered from the first up to before the next; those before belonged to the trace before its deletion. */
  readonly firstChunk: number;
  readonly nextChunk: number;
  /** Where the text index knows it, see text-index.ts. Absent of a trace of version 1 until it is there, see late-index.ts. */
  readonly gramBlocks?: readonly number[] | undefined;
  /** Of the payloads in its chunks, in UTF-8. Not known of a trace that was begun before version 3. */
  readonly bytes?: number | undefined;
  /** What its spans sum up to, see span-totals.ts. Absent of a large trace, and of one that an older library wrote. */
  readonly totals?: string | undefined;
}

export type VisibleRow = TraceRow & Required<Pick<TraceRow, "revision" | "fold" | "newest" | "oldest">>;

export interface ChunkRow {
  readonly traceId: string;
  readonly chunk: number;
  /** JSON of an array of SpanDigest. */
  readonly digests: string;
  /** A payload a line, in the same order. Absent where they lie in the store "payloads". */
  readonly payloads?: string;
  /** Of the payloads, in UTF-8; absent before version 3. */
  readonly bytes?: number;
}

export interface PayloadRow {
  readonly traceId: string;
  readonly chunk: number;
  readonly payloads: string;
}

/** The trigrams of some payloads of some traces: for each trace a set of bits, one behind the other. */
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
  /** Recorders that write no more. */
  recorders: { key: string; value: true };
  /** The last revision that was given to a change, and what all are above; and see late-index.ts. */
  meta: { key: "revision" | "firstRevision" | "indexedTo"; value: number | string };
  /** What is to be folded in, in the order of the writes of all tabs. */
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
 * The last revision that was given to a change. Those of a new database begin at the time, above those of one of its name that was
 * deleted: who observed that one goes on from its revision.
 */
export async function readRevision(transaction: Pick<Transaction, "objectStore">): Promise<number> {
  return Number((await transaction.objectStore("meta").get("revision")) ?? Date.now());
}

/** The keys of a trace's chunks from a number on, up to and with another. */
export function chunksOf(traceId: string, from = 0, to = Infinity): IDBKeyRange {
  return IDBKeyRange.bound([traceId, from], [traceId, to]);
}
