/**
 * The traces that are being written, as folds in memory. Their rows are written late, when something is about to read them: a
 * trace that grows by a thousand flushes is then summarised once, not a thousand times.
 */
import type { TraceInfo } from "@spanbook/core/model";
import {
  awaitedRecorder,
  createFold,
  parseFold,
  serializeFold,
  storeError,
  toStartKey,
  toTraceInfo,
  type TraceFold,
} from "@spanbook/core/store";
import { createGramSet, toFilterAssessments, type GramSet } from "@spanbook/core/search";
import type { SqlValue } from "sql.js";
import { deleteGramSets, insertGramSet } from "./gram-sets.js";
import { fromJsonList, toNumber, toText, type Row, type Sql } from "./sql.js";

export interface TraceEntry {
  /** The key of the trace's rows. Ids grow in the order in which traces arrived. */
  readonly id: number;
  readonly traceId: string;
  readonly fold: TraceFold;
  /** Who has written to the trace. */
  readonly recorderIds: Set<string>;
  revision: number;
  /** The trigrams of the payloads added since {@link TraceEntries.writeGrams}. */
  grams?: GramSet | undefined;
}

export interface TraceEntries {
  /** The entry of a stored trace. */
  find(traceId: string): TraceEntry | undefined;
  /** The entry of a trace, stored or new. */
  at(traceId: string): TraceEntry;
  /** Must be called whenever anything in the entry has changed. */
  markChanged(entry: TraceEntry): void;
  /** Adds a payload (JSON text in UTF-8) to the index of payloads. */
  addPayload(entry: TraceEntry, payload: Uint8Array): void;
  remove(entry: TraceEntry): void;
  infoOf(entry: TraceEntry): TraceInfo | undefined;
  /** Brings trace_rows and trace_values up to date; must be called before they are read. */
  writeRows(): void;
  /** Brings the index of payloads up to date; likewise. */
  writeGrams(): void;
  /** Brings all of that and the folds up to date; must be called before the database is saved. */
  writeFolds(): void;
  /** Drops the entries used longest ago. Not to be called while an entry is in use: it would be read a second time. */
  trim(): void;
}

/** About 3 kB each, and another 8 kB for the trigrams of their payloads. */
const maxEntries = 2000;

export function createTraceEntries(sql: Sql, isAlive: (recorderId: string) => boolean): TraceEntries {
  // In the order of last use.
  const entries = new Map<string, TraceEntry>();
  let latest: TraceEntry | undefined;
  const staleRows = new Set<TraceEntry>();
  const staleFolds = new Set<TraceEntry>();
  const staleGrams = new Set<TraceEntry>();
  const spareGrams: GramSet[] = [];
  let lastId = toNumber(sql.row("SELECT ifnull(max(id), 0) FROM trace_rows")?.[0]);

  function find(traceId: string): TraceEntry | undefined {
    // Spans of one trace arrive together.
    if (latest?.traceId === traceId) return latest;
    const entry = entries.get(traceId) ?? read(traceId);
    return entry && use(entry);
  }

  function use(entry: TraceEntry): TraceEntry {
    entries.delete(entry.traceId);
    entries.set(entry.traceId, entry);
    latest = entry;
    return entry;
  }

  function read(traceId: string): TraceEntry | undefined {
    // Most traces are new, which the index alone tells in a sixth of the time.
    const [id] = sql.row("SELECT id FROM trace_rows WHERE trace_id = ?", [traceId]) ?? [];
    if (id === undefined) return undefined;
    const row = sql.row(
      "SELECT t.id, t.revision, f.fold, f.recorder_ids FROM trace_rows t JOIN trace_folds f USING (id) WHERE t.id = ?",
      [id],
    );
    return row && toEntry(traceId, row);
  }

  function infoOf({ fold, revision }: TraceEntry): TraceInfo | undefined {
    return toTraceInfo(fold, revision, isAlive);
  }

  function writeRows(): void {
    if (staleRows.size === 0) return;
    sql.transaction(() => {
      for (const entry of staleRows) {
        const info = infoOf(entry);
        sql.run(upsertRow, toRow(entry, info));
        writeValues(entry, info);
      }
    });
    staleRows.clear();
  }

  function writeValues({ id, fold }: TraceEntry, info: TraceInfo | undefined): void {
    // Registers are never removed, not even a deleted tag's: without registers there are no rows either.
    if (fold.registers.size === 0 || !info) return;
    sql.run("DELETE FROM trace_values WHERE trace_row = ?", [id]);
    const put = (target: string, value: string) =>
      sql.run("INSERT INTO trace_values VALUES (?, ?, ?)", [id, target, value]);
    for (const [key, value] of Object.entries(info.tags)) put(`tag.${key}`, value);
    for (const [key, value] of Object.entries(info.traceMetadata)) put(`metadata.${key}`, value);
    if (info.clientRequestId !== undefined) put("field.clientRequestId", info.clientRequestId);
    if (info.assessments) put("assessments", JSON.stringify(toFilterAssessments(info)));
  }

  function writeGrams(): void {
    if (staleGrams.size === 0) return;
    sql.transaction(() => {
      for (const entry of staleGrams) {
        if (entry.grams) insertGramSet(sql, entry.id, entry.grams);
      }
    });
    for (const entry of staleGrams) letGoOfGrams(entry);
    staleGrams.clear();
  }

  function letGoOfGrams(entry: TraceEntry): void {
    const { grams } = entry;
    entry.grams = undefined;
    if (!grams || spareGrams.length >= maxEntries) return;
    grams.clear();
    spareGrams.push(grams);
  }

  function writeFolds(): void {
    writeRows();
    writeGrams();
    if (staleFolds.size === 0) return;
    sql.transaction(() => {
      for (const { id, fold, recorderIds } of staleFolds) {
        sql.run("INSERT OR REPLACE INTO trace_folds VALUES (?, ?, ?)", [
          id,
          serializeFold(fold),
          JSON.stringify([...recorderIds]),
        ]);
      }
    });
    staleFolds.clear();
  }

  return {
    find,
    at(traceId) {
      const stored = find(traceId);
      if (stored) return stored;
      return use({
        id: ++lastId,
        traceId,
        fold: createFold(traceId),
        recorderIds: new Set<string>(),
        revision: 0,
      });
    },
    markChanged(entry) {
      staleRows.add(entry);
      staleFolds.add(entry);
    },
    addPayload(entry, payload) {
      entry.grams ??= spareGrams.pop() ?? createGramSet();
      entry.grams.add(payload);
      staleGrams.add(entry);
    },
    remove(entry) {
      entries.delete(entry.traceId);
      latest = undefined;
      for (const stale of [staleRows, staleFolds, staleGrams]) stale.delete(entry);
      deleteGramSets(sql, entry.id);
      sql.run("DELETE FROM span_rows WHERE trace_row = ?", [entry.id]);
      sql.run("DELETE FROM trace_values WHERE trace_row = ?", [entry.id]);
      sql.run("DELETE FROM trace_folds WHERE id = ?", [entry.id]);
      sql.run("DELETE FROM trace_rows WHERE id = ?", [entry.id]);
    },
    infoOf,
    writeRows,
    writeGrams,
    writeFolds,
    trim() {
      if (entries.size <= maxEntries) return;
      writeFolds();
      for (const traceId of entries.keys()) {
        if (entries.size <= maxEntries / 2) break;
        entries.delete(traceId);
      }
    },
  };
}

const rowColumns = [
  "id",
  "trace_id",
  "revision",
  "span_count",
  "open_span_count",
  "error_count",
  "name",
  "state",
  "awaited_recorder",
  "start_time",
  "request_time_ms",
  "duration_ms",
  "experiment_id",
  "run_id",
  "session_id",
  "user_id",
  "total_tokens",
  "total_cost",
];

const upsertRow = `
  INSERT INTO trace_rows (${rowColumns.join(", ")}) VALUES (${rowColumns.map(() => "?").join(", ")})
  ON CONFLICT (id) DO UPDATE SET ${rowColumns
    .slice(2)
    .map((column) => `${column} = excluded.${column}`)
    .join(", ")}
`;

function toRow({ id, traceId, revision, fold }: TraceEntry, info: TraceInfo | undefined): SqlValue[] {
  if (!info) return [id, traceId, revision, 0, ...rowColumns.slice(4).map(() => null)];
  return [
    id,
    traceId,
    revision,
    info.spanCount,
    info.openSpanCount,
    info.errorCount,
    info.name,
    info.state,
    awaitedRecorder(fold) ?? null,
    toStartKey(info.startTimeUnixNano),
    info.requestTime,
    info.executionDuration ?? null,
    info.experimentId ?? null,
    info.runId ?? null,
    info.sessionId ?? null,
    info.userId ?? null,
    info.tokenUsage?.totalTokens ?? null,
    info.cost?.totalCost ?? null,
  ];
}

function toEntry(traceId: string, [id, revision, fold, recorderIds]: Row): TraceEntry {
  return {
    id: toNumber(id),
    traceId,
    fold: toFold(traceId, toText(fold)),
    recorderIds: new Set(fromJsonList(recorderIds) as string[]),
    revision: toNumber(revision),
  };
}

function toFold(traceId: string, text: string): TraceFold {
  try {
    return parseFold(text);
  } catch (cause) {
    throw storeError("StoreCorruptError", `the summary of trace ${traceId} is damaged`, { cause });
  }
}
