/**
 * What lies in the database, and the connection to it.
 *
 * A flush writes, for each trace it touches, one trace row and one or two chunks. A chunk holds the digests of its spans as
 * one text and their payloads as another, one a line, because a put costs about 55 µs however small it is, and text crosses
 * into IndexedDB more cheaply than objects. Payloads that are large lie in a store of their own under the same key, so that
 * reading digests (for a fold, a skeleton, figures) does not read them. Chunks are never rewritten: a newer record of a span
 * comes in a later chunk and wins there, and a chunk none of whose records counts any more is deleted.
 */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from "idb";
import { storeError } from "@spanbook/core/store";
import { nameOf } from "./names.js";

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
}

export type VisibleRow = TraceRow & Required<Pick<TraceRow, "revision" | "fold" | "newest" | "oldest">>;

export interface ChunkRow {
  readonly traceId: string;
  readonly chunk: number;
  /** JSON of an array of SpanDigest. */
  readonly digests: string;
  /** A payload a line, in the same order. Absent where they lie in the store "payloads". */
  readonly payloads?: string;
}

export interface PayloadRow {
  readonly traceId: string;
  readonly chunk: number;
  readonly payloads: string;
}

export interface Schema extends DBSchema {
  traces: {
    key: string;
    value: TraceRow;
    indexes: {
      newest: string;
      oldest: string;
      experiment: [string, string];
      revision: number;
      awaits: string;
    };
  };
  chunks: { key: [string, number]; value: ChunkRow };
  payloads: { key: [string, number]; value: PayloadRow };
  /** JSON by content id. */
  resources: { key: string; value: string };
  scopes: { key: string; value: string };
  /** Recorders that write no more. */
  recorders: { key: string; value: true };
  meta: { key: "revision"; value: number };
}

export type StoreName = "traces" | "chunks" | "payloads" | "resources" | "scopes" | "recorders" | "meta";
export type Database = IDBPDatabase<Schema>;
export type Transaction<Mode extends IDBTransactionMode = "readonly" | "readwrite"> = IDBPTransaction<
  Schema,
  StoreName[],
  Mode
>;

/** Raise it with every change of the layout, and bring older databases there in {@link upgrade}. */
const schemaVersion = 1;

export const allStores: StoreName[] = [
  "traces",
  "chunks",
  "payloads",
  "resources",
  "scopes",
  "recorders",
  "meta",
];

export interface Connection {
  /** The open database. Rejects with StoreVersionError once it was let go for another tab. */
  database(): Promise<Database>;
  close(): Promise<void>;
}

/**
 * Opens the database, making it where there is none. When another tab upgrades or deletes it, this one lets go at once, so
 * that the other need not wait. Where the browser closed it (site data cleared), `onLost` is called, because what was known
 * of it holds no longer, and the next call opens it again.
 *
 * Rejects with StoreVersionError where the database is of a newer version, and with the browser's error (SecurityError,
 * InvalidStateError) where it is denied.
 */
export async function connect(name: string, onLost: () => void): Promise<Connection> {
  let isLetGo = false;
  let opening: Promise<Database> | undefined;

  function open(): Promise<Database> {
    return openDB<Schema>(nameOf(name), schemaVersion, {
      upgrade,
      blocking(_current, _blocked, event) {
        isLetGo = true;
        (event.target as IDBDatabase).close();
      },
      terminated() {
        opening = undefined;
        onLost();
      },
    });
  }

  const connection: Connection = {
    async database() {
      if (isLetGo) {
        throw storeError(
          "StoreVersionError",
          `another tab upgraded or deleted the store ${JSON.stringify(name)}: reload this page`,
        );
      }
      try {
        return await (opening ??= open());
      } catch (cause) {
        opening = undefined;
        if ((cause as Error).name !== "VersionError") throw cause;
        throw storeError(
          "StoreVersionError",
          `the store ${JSON.stringify(name)} must be of version ${schemaVersion} or lower, got a newer one`,
          { cause },
        );
      }
    },
    async close() {
      if (!isLetGo) (await opening)?.close();
    },
  };
  await connection.database();
  return connection;
}

/** From every earlier version to this one, step by step. */
function upgrade(database: Database, oldVersion: number): void {
  if (oldVersion < 1) {
    const traces = database.createObjectStore("traces", { keyPath: "id" });
    traces.createIndex("newest", "newest");
    traces.createIndex("oldest", "oldest");
    traces.createIndex("experiment", ["experimentId", "newest"]);
    traces.createIndex("revision", "revision");
    traces.createIndex("awaits", "awaits");
    database.createObjectStore("chunks", { keyPath: ["traceId", "chunk"] });
    database.createObjectStore("payloads", { keyPath: ["traceId", "chunk"] });
    for (const name of ["resources", "scopes", "recorders", "meta"] as const) {
      database.createObjectStore(name);
    }
  }
}

/** Whether the trace has spans. */
export function isVisible(row: TraceRow | undefined): row is VisibleRow {
  return row?.newest !== undefined;
}

/** The keys of a trace's chunks from a number on. */
export function chunksOf(traceId: string, from = 0): IDBKeyRange {
  return IDBKeyRange.bound([traceId, from], [traceId, Infinity]);
}
