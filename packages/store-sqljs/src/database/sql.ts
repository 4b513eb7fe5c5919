/**
 * A thin layer over sql.js: statements are prepared once, rows are arrays, and what SQLite cannot do with a file becomes a
 * StoreCorruptError.
 */
import { storeError } from "@spanbook/core/store";
import initSqlJs, { type Database, type SqlValue, type Statement } from "sql.js";
import { allocateRoom, bytesInRoom, maxRoomBytes } from "./room.js";

export type Row = readonly SqlValue[];

export interface Sql {
  /** Runs one statement for its effect and returns how many rows it changed. */
  run(sql: string, parameters?: readonly SqlValue[]): number;
  rows(sql: string, parameters?: readonly SqlValue[]): Row[];
  row(sql: string, parameters?: readonly SqlValue[]): Row | undefined;
  /** Runs several statements, such as a schema. */
  script(sql: string): void;
  /** Defines a function that statements can call, for as long as the database is open. */
  define(name: string, call: SqlFunction): void;
  /** Runs `work` in a transaction, or in the one already open: all of it or, if it throws, none. */
  transaction(work: () => void): void;
  /** The database as the bytes of an SQLite file. No transaction may be open. */
  toBytes(): Uint8Array;
  close(): void;
}

/** A function of two arguments; blobs arrive as bytes. */
export type SqlFunction = (first: SqlValue, second: SqlValue) => number | null;

/** The factor by which a database may grow before it is saved next: its journal's content, with the indexes for that. */
const growth = 1.75;

/** About 40 statements are fixed; those of filters come and go. */
const maxStatements = 100;

// The database is in memory, so what protects a file on disk would only cost time. A rollback must still work.
const settings = `
  PRAGMA journal_mode = MEMORY;
  PRAGMA synchronous = OFF;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -65536;
`;

/**
 * Opens the bytes of an SQLite file, or a new database. `name` is how messages call it. `sqlite` is SQLite itself, sql.js's
 * WebAssembly, for where it cannot be read from the disk beside sql.js.
 */
export async function openSql(
  bytes: Uint8Array | undefined,
  name: string,
  sqlite?: ArrayBuffer,
): Promise<Sql> {
  const { Database } = await initSqlJs(sqlite && { wasmBinary: sqlite });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (failure) {
      throw toStoreFailure(failure, name);
    }
  };
  const open = (from?: Uint8Array) =>
    guarded(() => {
      const database = new Database(from);
      try {
        return database.run(settings);
      } catch (failure) {
        database.close();
        throw failure;
      }
    });
  return createSql(open, bytes, guarded);
}

function createSql(
  open: (bytes?: Uint8Array) => Database,
  opened: Uint8Array | undefined,
  guarded: <Result>(work: () => Result) => Result,
): Sql {
  let database = open(opened);
  let memoryBytes = opened?.buffer.byteLength ?? 0;
  let savedBytes = 0;
  const statements = new Map<string, Statement>();
  const functions = new Map<string, SqlFunction>();
  let isInTransaction = false;

  function prepare(sql: string): Statement {
    let statement = statements.get(sql);
    if (!statement) {
      if (statements.size >= maxStatements) freeOldest();
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  function freeOldest(): void {
    for (const [sql, statement] of statements) {
      statement.free();
      statements.delete(sql);
      return;
    }
  }

  function read(sql: string, parameters: readonly SqlValue[], limit: number): Row[] {
    return guarded(() => {
      const statement = prepare(sql);
      try {
        statement.bind([...parameters]);
        const rows: Row[] = [];
        while (rows.length < limit && statement.step()) rows.push(statement.get());
        return rows;
      } finally {
        statement.reset();
      }
    });
  }

  function run(sql: string, parameters: readonly SqlValue[] = []): number {
    return guarded(() => {
      prepare(sql).run([...parameters]);
      return database.getRowsModified();
    });
  }

  /** Moves the database, whose bytes these are, to memory with room to grow until the next save, unless it has that already. */
  function makeRoom(bytes: Uint8Array): void {
    const hasShrunk = bytes.length < savedBytes;
    savedBytes = bytes.length;
    const hasRoom = !hasShrunk && bytes.length * growth <= memoryBytes;
    if (hasRoom || bytes.length > maxRoomBytes) return;
    const memory = allocateRoom(bytes.length);
    memory.set(bytes);
    const moved = open(bytesInRoom(memory, bytes.length));
    for (const [name, call] of functions) moved.create_function(name, call);
    statements.clear();
    database.close();
    database = moved;
    memoryBytes = memory.length;
  }

  return {
    run,
    rows: (sql, parameters = []) => read(sql, parameters, Infinity),
    row: (sql, parameters = []) => read(sql, parameters, 1)[0],
    script: (sql) => guarded(() => void database.run(sql)),
    define(name, call) {
      functions.set(name, call);
      database.create_function(name, call);
    },
    transaction(work) {
      if (isInTransaction) return work();
      run("BEGIN");
      isInTransaction = true;
      try {
        work();
        run("COMMIT");
      } catch (failure) {
        try {
          run("ROLLBACK");
        } catch {
          // SQLite has already rolled back: the failure that caused this says more than this one.
        }
        throw failure;
      } finally {
        isInTransaction = false;
      }
    },
    toBytes: () =>
      guarded(() => {
        const bytes = database.export();
        makeRoom(bytes);
        return bytes;
      }),
    close: () => database.close(),
  };
}

const maxMessageLength = 300;
const exhaustion = /out of memory|allocation failed|too big|too large/;

// All statements are ours and fixed. If SQLite refuses one, be it for a missing column or a page that makes no sense, the file is
// not as we left it. Only a misuse of sql.js itself throws a text instead of an Error.
function toStoreFailure(failure: unknown, name: string): Error {
  if (!(failure instanceof Error)) return new Error(String(failure));
  if (exhaustion.test(failure.message)) return failure;
  // SQLite quotes the statements of a broken schema.
  const message = failure.message.replaceAll(/\s+/g, " ").slice(0, maxMessageLength);
  return storeError("StoreCorruptError", `${name} is damaged: ${message}`, { cause: failure });
}

/** A column that holds a text. */
export function toText(value: SqlValue | undefined): string {
  if (typeof value === "string") return value;
  throw storeError("StoreCorruptError", `expected text in the database, got ${inWords(value)}`);
}

/** A column that holds a number. */
export function toNumber(value: SqlValue | undefined): number {
  if (typeof value === "number") return value;
  throw storeError("StoreCorruptError", `expected a number in the database, got ${inWords(value)}`);
}

/** A column that holds a text or nothing. */
export function toMaybeText(value: SqlValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : toText(value);
}

/** A column that holds a number or nothing. */
export function toMaybeNumber(value: SqlValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : toNumber(value);
}

/** A column that holds JSON text, parsed. */
function fromJson(value: SqlValue | undefined): unknown {
  const text = toText(value);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw storeError("StoreCorruptError", "expected JSON in the database, got other text", {
      cause,
    });
  }
}

/** A column that holds a JSON object. Its fields are not checked. */
export function fromJsonObject<Fields extends object>(value: SqlValue | undefined): Fields {
  const object = fromJson(value);
  if (typeof object === "object" && object !== null && !Array.isArray(object)) return object as Fields;
  throw storeError("StoreCorruptError", "expected a JSON object in the database, got other JSON");
}

/** A column that holds a JSON list. */
export function fromJsonList(value: SqlValue | undefined): unknown[] {
  const list = fromJson(value);
  if (Array.isArray(list)) return list;
  throw storeError("StoreCorruptError", "expected a JSON list in the database, got other JSON");
}

function inWords(value: SqlValue | undefined): string {
  return value === null ? "nothing" : typeof value;
}
