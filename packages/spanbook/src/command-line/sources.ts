/** Files on the command line as stores. */
import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Readable } from "node:stream";
import { createMemoryStore } from "@spanbook/core/memory";
import type { ImportResult } from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { openStore, type SqljsStore } from "@spanbook/store-sqljs";
import { formatCount, formatPlural, printable } from "@spanbook/widget/parts";
import { peek, unzip, type ByteStream } from "../files/byte-stream.js";
import { copyTraces, importFile } from "../files/import-file.js";
import { headBytes, recognise, type FileKind } from "../files/recognise.js";
import type { Context } from "./context.js";

/** What commands read, or write into, if no file is named. */
export const defaultFile = "traces.db";

/** Given in place of a file: the standard input. */
const stdinName = "-";

/** The content of files, for reading. */
export interface Source {
  readonly store: TraceStore;
  /** For use in a title. */
  readonly title: string;
  close(): Promise<void>;
}

/**
 * Opens files for reading: a database as it is now, even while a program writes it; anything else, or several files, in memory.
 * Parts that cannot be read are reported and make the command fail; the rest is there.
 */
export async function openSource(files: readonly string[], context: Context): Promise<Source> {
  const names = files.length > 0 ? files : [defaultFile];
  const [only = defaultFile, ...others] = names;
  const title = names.map((name) => (name === stdinName ? "standard input" : name)).join(", ");
  if (others.length === 0 && (await isDatabase(only))) {
    const store = await openDatabase(only, context);
    return { store, title, close: () => store.close() };
  }
  const store = createMemoryStore();
  await importFiles(store, names, context, (file, { spans, skipped, errors }) => {
    if (spans + skipped + errors.length === 0) context.output.note(`${nameOf(file)}: no traces`);
  });
  return { store, title, close: () => store.close() };
}

/** The store with only the traces that match the filter. */
export function onlyFound(store: TraceStore, filter: string | undefined): TraceStore {
  if (filter === undefined) return store;
  return {
    ...store,
    search: (query) => store.search({ ...query, filter }),
    stats: (query) => store.stats({ ...query, filter }),
  };
}

/**
 * Writes into a database, which is created if missing, and closes it. If that fails before anything is in a new database, none is
 * left behind.
 */
export async function writeInto(
  file: string,
  context: Context,
  write: (store: SqljsStore) => Promise<void>,
): Promise<void> {
  const wasThere = existsSync(toPath(file));
  const store = await openForWriting(file, context);
  const isEmpty = async () => (await store.search({ maxResults: 1 })).traces.length === 0;
  let isLeftover = false;
  try {
    await write(store);
    isLeftover = context.hasFailed() && (await isEmpty());
  } catch (error) {
    isLeftover = await isEmpty().catch(() => false);
    throw error;
  } finally {
    await store.close();
    if (isLeftover && !wasThere) await rm(store.path, { force: true });
  }
}

/** Opens a database to write into, which is created if missing. */
async function openForWriting(file: string, { output }: Context): Promise<SqljsStore> {
  if (file === stdinName) {
    throw new Error("expected a database to write into, got - for standard input");
  }
  if (file === ":memory:") {
    throw new Error("expected a database to write into, got :memory:, which is gone when this command ends");
  }
  try {
    return await openStore(file, { onError: ({ message }) => output.note(message) });
  } catch (error) {
    if ((error as Error).name !== "StoreLockedError") throw error;
    // For these commands readOnly is no option: they must write.
    const message = (error as Error).message.replace(
      "; open it with readOnly, or close it there",
      ". Close it there",
    );
    throw new Error(`${message}, and try again`, { cause: error });
  }
}

/** Opens an existing database to write into. */
export async function openExisting(file: string, context: Context): Promise<SqljsStore> {
  if (file !== stdinName && !(await isDatabase(file))) {
    throw new Error(`expected a Spanbook database, got ${printable(file)}`);
  }
  return openForWriting(file, context);
}

/**
 * Imports files into a store one after another and reports what could not be read; `onImported` gets the results. A file
 * that cannot be read at all is reported and the others are imported; rejects if none can be read.
 */
export async function importFiles(
  store: TraceStore,
  files: readonly string[],
  context: Context,
  onImported?: (file: string, result: ImportResult) => void,
): Promise<void> {
  let failed = 0;
  for (const file of files) {
    try {
      const result = await importOne(store, file, context);
      sayErrors(file, result, context);
      onImported?.(file, result);
    } catch (error) {
      if (files.length === 1 || context.terminal.signal.aborted) throw error;
      context.output.note(`spanbook: ${printable((error as Error).message)}`);
      context.fail();
      failed++;
    }
  }
  if (failed > 0 && failed === files.length) throw new Error("none of the files could be read");
}

async function importOne(store: TraceStore, file: string, context: Context): Promise<ImportResult> {
  const { signal } = context.terminal;
  const onProgress = ({ spans }: { readonly spans: number }) =>
    context.output.progress(`Reading ${printable(file)}: ${formatPlural(spans, "span")}`);
  if (await isDatabase(file)) {
    const database = await openDatabase(file, context);
    try {
      return await copyTraces(database, store, { onProgress, signal });
    } finally {
      await database.close();
    }
  }
  try {
    return await importFile(store, await openStream(file, context), { onProgress, signal });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(`cannot read ${nameOf(file)}: ${error.message}`, { cause: error });
  }
}

function nameOf(file: string): string {
  return file === stdinName ? "standard input" : printable(file);
}

const maxErrorsSaid = 20;

function sayErrors(file: string, { errors, skipped }: ImportResult, { output, fail }: Context): void {
  const name = printable(file);
  if (skipped > 0) {
    output.note(`${name}: ${formatPlural(skipped, "document")} of metrics or logs skipped`);
  }
  for (const { line, path, message } of errors.slice(0, maxErrorsSaid)) {
    output.note(printable(`${file}:${line}: ${path && `${path}: `}${message}`));
  }
  const rest = errors.length - maxErrorsSaid;
  if (rest > 0) output.note(`${name}: ${formatCount(rest)} more errors`);
  if (errors.length > 0) fail();
}

function openDatabase(file: string, { output }: Context): Promise<SqljsStore> {
  return openStore(file, { readOnly: true, onError: ({ message }) => output.note(message) });
}

/** Whether there is a database at that path. It must not be read as a mere stream, because its journals belong to it. */
export async function isDatabase(file: string): Promise<boolean> {
  if (file === stdinName) return false;
  const { head, bytes } = await peek(await openFile(file), headBytes);
  await bytes.cancel();
  return head.length > 0 && maybeKind(head) === "database";
}

function maybeKind(head: Uint8Array): FileKind | undefined {
  try {
    return recognise(head);
  } catch {
    return undefined; // Reading the file will say why.
  }
}

async function openStream(file: string, { terminal }: Context): Promise<ByteStream> {
  if (file !== stdinName) return unzip(await openFile(file));
  return Readable.toWeb(terminal.stdin) as ByteStream;
}

/** Rejects at once if the file cannot be opened. */
async function openFile(file: string): Promise<ByteStream> {
  const stream = createReadStream(toPath(file));
  try {
    await once(stream, "ready");
    if ((await stat(toPath(file))).isDirectory()) {
      stream.destroy();
      throw new Error("expected a file, got a folder");
    }
  } catch (error) {
    throw toFileError(file, error as NodeJS.ErrnoException);
  }
  return Readable.toWeb(stream) as ByteStream;
}

/** From a path, or a `file:` URL. */
function toPath(file: string): string {
  return /^file:\/\//i.test(file) ? fileURLToPath(file) : file;
}

function toFileError(file: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return new Error(`cannot read ${printable(file)}: ${error.message}`);
  const hint = file === defaultFile ? "; name the file with your traces" : "";
  return new Error(`there is no file ${printable(file)}${hint}`);
}

/** A file to upload from: a database is opened for writing, because it notes what was sent; anything else is in memory. */
export async function openForUpload(file: string, context: Context): Promise<Source> {
  if (!(await isDatabase(file))) {
    context.output.note(
      "Only databases remember what was sent: uploading this file again sends everything again.",
    );
    return openSource([file], context);
  }
  const store = await openForWriting(file, context);
  return { store, title: file, close: () => store.close() };
}
