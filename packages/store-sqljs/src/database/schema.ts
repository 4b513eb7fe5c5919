/**
 * The tables of a Spanbook file. Every SQLite shell reads the schema whole when it opens the file, so it keeps to what
 * SQLite 3.9 (2015) understands. People read the views `traces` and `spans`; the tables beneath are for the store.
 *
 * Times are texts of 20 digits, nanoseconds since the Unix epoch: they sort as text, and no SQLite integer holds all unsigned 64
 * bits.
 */
import { storeError } from "@spanbook/core/store";
import { fillGramSets } from "./gram-sets.js";
import { toNumber, toText, type Sql } from "./sql.js";

/** In `PRAGMA user_version`. A file of a newer version is refused; one of an older version is migrated to this. */
export const schemaVersion = 2;

/** "SPBK", in `PRAGMA application_id`, by which the `file` command and others recognise a Spanbook file. */
const applicationId = 0x5350424b;

const gramTable = `
-- An index of the payloads: which three bytes in a row those of a trace have, as bits; see database/gram-sets.ts
CREATE TABLE payload_grams (
  id INTEGER PRIMARY KEY, -- that of the trace's row times 2 to the power of 20, and up
  bits BLOB NOT NULL
);
`;

const tables = `
-- store_id: which store this is, so that no other's journal is replayed here
-- generation: everything in journals of an earlier generation is in this file
-- revision: the last one given to a change
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;

CREATE TABLE trace_rows (
  id INTEGER PRIMARY KEY,
  trace_id TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  span_count INTEGER NOT NULL, -- 0 while only patches have come, and then what follows is null
  open_span_count INTEGER,
  error_count INTEGER,
  name TEXT,
  state TEXT,
  awaited_recorder TEXT, -- whose life decides whether the trace is in progress or unfinished
  start_time TEXT,
  request_time_ms REAL,
  duration_ms REAL,
  experiment_id TEXT,
  run_id TEXT,
  session_id TEXT,
  user_id TEXT,
  total_tokens REAL,
  total_cost REAL
);
CREATE INDEX trace_rows_by_start ON trace_rows (start_time DESC, trace_id);
CREATE INDEX trace_rows_by_revision ON trace_rows (revision);
CREATE INDEX trace_rows_awaiting ON trace_rows (awaited_recorder) WHERE awaited_recorder IS NOT NULL;

-- The summary of a trace as it is folded from digests and patches, and who wrote to it. Apart from trace_rows, so that a
-- search reads only narrow rows.
CREATE TABLE trace_folds (
  id INTEGER PRIMARY KEY REFERENCES trace_rows (id),
  fold TEXT NOT NULL,
  recorder_ids TEXT NOT NULL
);

-- What was patched and is searched for, by target: "tag.<key>", "metadata.<key>", "field.clientRequestId", and "assessments",
-- those that are valid, as JSON.
CREATE TABLE trace_values (
  trace_row INTEGER NOT NULL REFERENCES trace_rows (id),
  target TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (trace_row, target)
) WITHOUT ROWID;

CREATE TABLE span_rows (
  id INTEGER PRIMARY KEY,
  trace_row INTEGER NOT NULL REFERENCES trace_rows (id),
  span_id TEXT NOT NULL,
  parent_span_id TEXT,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  start_time TEXT NOT NULL,
  end_time TEXT, -- null while the span is open
  duration_ns INTEGER,
  version INTEGER NOT NULL,
  model TEXT,
  total_tokens REAL,
  digest_rest TEXT, -- what of the digest the columns do not hold, JSON
  payload TEXT NOT NULL -- the whole span, JSON
);
CREATE UNIQUE INDEX span_rows_by_id ON span_rows (trace_row, span_id);
CREATE INDEX span_rows_by_start ON span_rows (trace_row, start_time, span_id);

${gramTable}
CREATE TABLE resources (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE scopes (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;

-- alive: it has the file open, or had when its program was killed; final: it has said that nothing will follow
CREATE TABLE recorders (
  recorder_id TEXT PRIMARY KEY,
  alive INTEGER NOT NULL,
  final INTEGER NOT NULL
);

-- Deleted traces, and the recorders whose late batches must not bring them back.
CREATE TABLE tombstones (
  trace_id TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  recorder_ids TEXT NOT NULL
);
CREATE INDEX tombstones_by_revision ON tombstones (revision);
`;

const views = `
CREATE VIEW traces AS
SELECT
  t.trace_id,
  t.name,
  t.state,
  ${isoTime("t.start_time")} AS started,
  t.duration_ms,
  ${register("field.requestPreview", "requestPreview")} AS request_preview,
  ${register("field.responsePreview", "responsePreview")} AS response_preview,
  (
    SELECT json_group_object(
      substr(json_extract(r.value, '$[0]'), 5),
      json_extract(r.value, '$[1].value')
    )
    FROM json_each(f.fold, '$.registers') AS r
    WHERE substr(json_extract(r.value, '$[0]'), 1, 4) = 'tag.'
      AND json_extract(r.value, '$[1].value') IS NOT NULL
  ) AS tags,
  t.experiment_id,
  t.run_id,
  t.session_id,
  t.user_id,
  t.span_count,
  t.open_span_count,
  t.error_count,
  t.total_tokens,
  t.total_cost
FROM trace_rows AS t
JOIN trace_folds AS f ON f.id = t.id
WHERE t.span_count > 0
ORDER BY t.start_time DESC;

CREATE VIEW spans AS
SELECT
  t.trace_id,
  s.span_id,
  s.parent_span_id,
  s.name,
  s.type,
  s.status,
  ${isoTime("s.start_time")} AS started,
  s.duration_ns / 1e6 AS duration_ms,
  s.model,
  s.total_tokens AS tokens,
  json_extract(s.payload, '$.attributes."mlflow.spanInputs"') AS inputs,
  json_extract(s.payload, '$.attributes."mlflow.spanOutputs"') AS outputs,
  json_extract(s.payload, '$.status.message') AS status_message,
  s.payload
FROM span_rows AS s
JOIN trace_rows AS t ON t.id = s.trace_row
ORDER BY t.start_time DESC, s.trace_row, s.start_time, s.span_id;
`;

/** Of the tables above. */
const tableNames = [...tables.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name = ""]) => name);

/** Makes the tables and views of a new file. */
function createSchema(sql: Sql, storeId: string): void {
  // Only possible before there are tables. Spans of about a kilobyte fill pages of 4 kB badly: with 8 kB the file is a tenth
  // smaller, and saved in three quarters of the time. For auto_vacuum see giveSpaceBack.
  sql.script("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL");
  sql.transaction(() => {
    sql.script(tables + views);
    sql.run("INSERT INTO meta VALUES ('store_id', ?), ('generation', 1), ('revision', 0)", [storeId]);
  });
  sql.script(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`);
}

/** Migrates a file of each version to the next. A kill midway changes nothing: all of it is in memory until it is saved. */
const migrations: Readonly<Record<number, (sql: Sql) => void>> = {
  1: (sql) => {
    sql.script(gramTable);
    fillGramSets(sql);
  },
};

/**
 * Creates the schema of an empty database, or migrates an older one; true if that changed anything. Throws StoreVersionError if
 * it is newer than this library, and StoreCorruptError if it belongs to another program.
 */
export function prepareSchema(sql: Sql, name: string): boolean {
  const version = toNumber(sql.row("PRAGMA user_version")?.[0]);
  const application = toNumber(sql.row("PRAGMA application_id")?.[0]);
  if (application !== applicationId) {
    if (sql.row("SELECT 1 FROM sqlite_master") === undefined) {
      createSchema(sql, crypto.randomUUID());
      return true;
    }
    throw storeError(
      "StoreCorruptError",
      `${name} must be a Spanbook file, got an SQLite database of another program`,
    );
  }
  if (version > schemaVersion) {
    throw storeError(
      "StoreVersionError",
      `${name} must have schema version ${schemaVersion} or older, got ${version}: update Spanbook`,
    );
  }
  checkTables(sql, name);
  if (version === schemaVersion) return false;
  sql.transaction(() => {
    for (let from = version; from < schemaVersion; from++) {
      const migrate = migrations[from];
      if (!migrate) {
        throw storeError("StoreCorruptError", `${name} has schema version ${from}, which never existed`);
      }
      migrate(sql);
    }
  });
  sql.script(`PRAGMA user_version = ${schemaVersion}`);
  return true;
}

/**
 * Throws StoreCorruptError if a trigger would run on writes, or a view replaces a table: both are programs of whoever made the
 * file, and one that never ends would hang whoever opens it.
 */
function checkTables(sql: Sql, name: string): void {
  const names = tableNames.map(() => "?").join(", ");
  const program = sql.row(
    `SELECT type, name FROM sqlite_master
    WHERE type = 'trigger' OR (name IN (${names}) AND (type <> 'table' OR rootpage = 0))`,
    tableNames,
  );
  if (program === undefined) return;
  const [type, found] = program.map(toText);
  throw storeError(
    "StoreCorruptError",
    `${name} must have tables as Spanbook makes them, got the ${type} ${JSON.stringify(found)}`,
  );
}

/** Throws StoreCorruptError unless the pages of the database are consistent; reads all of it, 0.7 ms a megabyte. */
export function checkPages(sql: Sql, name: string): void {
  const finding = toText(sql.row("PRAGMA quick_check(1)")?.[0]);
  if (finding !== "ok") {
    throw storeError("StoreCorruptError", `${name} is damaged: ${finding.replaceAll("\n", " ")}`);
  }
}

const maxFreeShare = 0.25;

/** Shrinks the file if much has been deleted from it. */
export function giveSpaceBack(sql: Sql): void {
  const freePages = toNumber(sql.row("PRAGMA freelist_count")?.[0]);
  const pages = toNumber(sql.row("PRAGMA page_count")?.[0]);
  if (freePages > pages * maxFreeShare) sql.script("PRAGMA incremental_vacuum");
}

function isoTime(column: string): string {
  const seconds = `CAST(substr(${column}, 1, 11) AS INTEGER)`;
  return `strftime('%Y-%m-%dT%H:%M:%S', ${seconds}, 'unixepoch') || '.' || substr(${column}, 12) || 'Z'`;
}

function register(target: string, field: string): string {
  const patched = `SELECT json_extract(r.value, '$[1].value') FROM json_each(f.fold, '$.registers') AS r
    WHERE json_extract(r.value, '$[0]') = '${target}'`;
  const lead = `json_extract(f.fold, '$.root.digest.${field}')`;
  return `ifnull((${patched}), ${lead})`;
}
