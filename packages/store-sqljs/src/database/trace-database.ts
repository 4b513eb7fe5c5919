/**
 * All that a TraceStore remembers, in SQLite tables. Synchronous, and not durable by itself: the files around it keep its
 * content. The same records in the same order give the same database, revisions included, so that a journal can be replayed.
 */
import type { Origins, SpanDigest } from "@spanbook/core/model";
import { foldPatch, foldSpan, isStoreError, storeError, supersedes } from "@spanbook/core/store";
import type { BatchRecord, JournalRecord } from "../file/record.js";
import { createQueries, type Queries } from "./queries.js";
import { createRecorders } from "./recorders.js";
import { checkPages, giveSpaceBack, prepareSchema } from "./schema.js";
import { digestColumns, digestSelection, toColumns, toDigest } from "./span-rows.js";
import { openSql, toNumber, toText, type Sql } from "./sql.js";
import { createTombstones } from "./tombstones.js";
import { createTraceEntries, type TraceEntry } from "./trace-entries.js";

export interface TraceDatabase extends Queries {
  /** The id of this store; made with the database and never changed. */
  readonly storeId: string;
  /** Everything in journals of earlier generations is already in this database. */
  readonly generation: number;
  /** Whether opening created or migrated it, so that its bytes differ from the file's. */
  readonly isMigrated: boolean;
  /** Applies the records in order. If it throws, the database can no longer be used. */
  apply(records: readonly JournalRecord[]): void;
  /** After this nobody is alive: traces that recorders left open are unfinished. True if that changed anything. */
  endSession(): boolean;
  /** Throws StoreCorruptError if the database is inconsistent; reads all of it. */
  checkPages(): void;
  /** The bytes of an SQLite file, onto which journals from `generation` on are to be replayed. */
  toBytes(generation: number): Uint8Array;
  close(): void;
}

/**
 * Opens the bytes of an SQLite file, or a new database. `name` is how messages call it. Rejects with StoreCorruptError and
 * StoreVersionError. `sqlite` as in {@link openSql}.
 */
export async function openTraceDatabase(
  bytes: Uint8Array | undefined,
  name: string,
  sqlite?: ArrayBuffer,
): Promise<TraceDatabase> {
  const sql = await openSql(bytes, name, sqlite);
  try {
    const isMigrated = prepareSchema(sql, name);
    return createTraceDatabase(sql, name, isMigrated);
  } catch (failure) {
    sql.close();
    const isNamed = !isStoreError(failure, "StoreCorruptError") || failure.message.includes(name);
    throw isNamed ? failure : storeError("StoreCorruptError", `${name} is damaged: ${failure.message}`);
  }
}

function createTraceDatabase(sql: Sql, name: string, isMigrated: boolean): TraceDatabase {
  const meta = new Map(sql.rows("SELECT key, value FROM meta").map(([key, value]) => [toText(key), value]));
  const storeId = toText(meta.get("store_id"));
  let generation = toNumber(meta.get("generation"));
  let revision = toNumber(meta.get("revision"));
  const tombstones = createTombstones(sql);
  const recorders = createRecorders(sql);
  const entries = createTraceEntries(sql, (recorderId) => recorders.isAlive(recorderId));

  function applyBatch({ batch, payloads }: BatchRecord): void {
    const { recorderId } = batch;
    const changed = new Set<TraceEntry>();
    writeOrigins(batch.origins);
    batch.digests.forEach((digest, index) => {
      if (tombstones.isBuried(digest.traceId, recorderId)) return;
      const entry = entries.at(digest.traceId);
      noteRecorder(entry, recorderId);
      const payload = payloads[index];
      if (payload === undefined) throw storeError("StoreCorruptError", `batch ${batch.id} lacks a payload`);
      const stored = insertSpan(entry, digest, payload) ? undefined : readDigest(entry, digest.spanId);
      if (stored) {
        if (!supersedes(digest, stored)) return;
        updateSpan(entry, digest, payload);
      }
      entries.addPayload(entry, payload);
      foldSpan(entry.fold, digest, recorderId, stored);
      entries.markChanged(entry);
      changed.add(entry);
    });
    for (const patch of batch.patches) {
      if (tombstones.isBuried(patch.traceId, recorderId)) continue;
      const entry = entries.at(patch.traceId);
      noteRecorder(entry, recorderId);
      if (!foldPatch(entry.fold, patch)) continue;
      entries.markChanged(entry);
      changed.add(entry);
    }
    const isLifeChanged = batch.final ? recorders.noteFinal(recorderId) : recorders.noteBatch(recorderId);
    if (isLifeChanged) for (const entry of awaiting(recorderId)) changed.add(entry);
    for (const entry of changed) bumpRevision(entry);
  }

  function noteRecorder(entry: TraceEntry, recorderId: string): void {
    if (entry.recorderIds.has(recorderId)) return;
    entry.recorderIds.add(recorderId);
    entries.markChanged(entry);
  }

  function insertSpan(entry: TraceEntry, digest: SpanDigest, payload: Uint8Array): boolean {
    return sql.run(insertSpanSql, [entry.id, digest.spanId, ...toColumns(digest), payload]) === 1;
  }

  function updateSpan(entry: TraceEntry, digest: SpanDigest, payload: Uint8Array): void {
    sql.run(updateSpanSql, [...toColumns(digest), payload, entry.id, digest.spanId]);
  }

  function readDigest(entry: TraceEntry, spanId: string): SpanDigest | undefined {
    const row = sql.row(`SELECT ${digestSelection} FROM span_rows WHERE trace_row = ? AND span_id = ?`, [
      entry.id,
      spanId,
    ]);
    return row && toDigest(entry.traceId, row);
  }

  function writeOrigins({ resources, scopes }: Origins): void {
    for (const [id, resource] of Object.entries(resources)) {
      sql.run("INSERT OR REPLACE INTO resources VALUES (?, ?)", [id, JSON.stringify(resource)]);
    }
    for (const [id, scope] of Object.entries(scopes)) {
      sql.run("INSERT OR REPLACE INTO scopes VALUES (?, ?)", [id, JSON.stringify(scope)]);
    }
  }

  /** The traces whose state depends on whether that recorder is alive. */
  function awaiting(recorderId: string): TraceEntry[] {
    entries.writeRows();
    return sql
      .rows("SELECT trace_id FROM trace_rows WHERE awaited_recorder = ? ORDER BY id", [recorderId])
      .map(([traceId]) => entries.at(toText(traceId)));
  }

  function bumpRevision(entry: TraceEntry): void {
    entry.revision = ++revision;
    entries.markChanged(entry);
  }

  function deleteTraces(traceIds: readonly string[]): void {
    for (const traceId of traceIds) {
      const entry = entries.find(traceId);
      if (!entry) continue;
      tombstones.bury(traceId, entry.recorderIds, ++revision);
      entries.remove(entry);
    }
  }

  function putMeta(key: string, value: number): void {
    sql.run("UPDATE meta SET value = ? WHERE key = ?", [value, key]);
  }

  return {
    ...createQueries(sql, entries),
    storeId,
    isMigrated,
    get generation() {
      return generation;
    },
    apply(records) {
      sql.transaction(() => {
        for (const record of records) {
          if (record.kind === "batch") applyBatch(record);
          else deleteTraces(record.traceIds);
        }
      });
      entries.trim();
    },
    endSession() {
      const alive = recorders.endSession();
      for (const recorderId of alive) for (const entry of awaiting(recorderId)) bumpRevision(entry);
      return alive.length > 0;
    },
    checkPages: () => checkPages(sql, name),
    toBytes(nextGeneration) {
      generation = nextGeneration;
      entries.writeFolds();
      putMeta("generation", generation);
      putMeta("revision", revision);
      tombstones.forgetOldest();
      giveSpaceBack(sql);
      return sql.toBytes();
    },
    close: () => sql.close(),
  };
}

// Payloads are bound as bytes, which are copied at once, rather than as text, which sql.js encodes character by character: this
// saves 6 µs a span.
const payloadText = "CAST(? AS TEXT)";

const insertSpanSql = `
  INSERT INTO span_rows (trace_row, span_id, ${digestColumns.join(", ")}, payload)
  VALUES (?, ?, ${digestColumns.map(() => "?").join(", ")}, ${payloadText})
  ON CONFLICT (trace_row, span_id) DO NOTHING
`;

const updateSpanSql = `
  UPDATE span_rows SET ${digestColumns.map((column) => `${column} = ?`).join(", ")}, payload = ${payloadText}
  WHERE trace_row = ? AND span_id = ?
`;
