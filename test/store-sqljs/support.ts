/** Files for tests of the SQLite store: temporary folders, copies as a kill would leave them, what a store holds. */
import { randomUUID } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Trace } from "@spanbook/core/model";
import type { TraceStore } from "@spanbook/core/store";
import { openStore, type OpenOptions, type SqljsStore } from "@spanbook/store-sqljs";
import { onTestFinished } from "vitest";
import { openHere } from "../../packages/store-sqljs/src/opening.js";
import { aBatch, aSpan } from "../support/spans.js";

/** A new folder, removed when the test ends. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "spanbook-sqljs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The path of a file in a new folder; there is no file yet. */
export function newPath(): string {
  return path.join(newFolder(), "traces.db");
}

/** Opens a store that is closed when the test ends, if still open. A failure that belongs to no call fails the test. */
export async function open(file: string | URL, options: OpenOptions = {}): Promise<SqljsStore> {
  const failures: Error[] = [];
  const store = await openStore(file, { onError: (failure) => failures.push(failure), ...options });
  onTestFinished(async () => {
    // A test that lets the store fail has handled it.
    await store.close().catch(() => undefined);
    if (failures[0]) throw failures[0];
  });
  return store;
}

/** The path of a closed file with a few traces. */
export async function writtenFile(): Promise<string> {
  const file = newPath();
  const store = await open(file);
  await store.write(aBatch([1, 2, 3].map((trace) => aSpan({ trace, inputs: "why?" }))));
  await store.close();
  return file;
}

/**
 * Opens a store without its worker, which is faster when it is done hundreds of times. By default failures reject what comes
 * next.
 */
export async function openInThread(file: string, onError = rethrow): Promise<TraceStore> {
  const options = { kind: "file", path: file, journalMinBytes: 1e9, lockToken: randomUUID() } as const;
  return (await openHere(options, onError)).store;
}

function rethrow(failure: Error): void {
  throw failure;
}

/** The names of what lies in the file's folder, in order. */
export function filesBeside(file: string): string[] {
  return readdirSync(path.dirname(file)).sort();
}

/**
 * A copy of a database and what lies beside it, in a folder of its own: what a kill would leave, except the lock. The database
 * is copied last, because its journals are removed once a new one is in its place.
 */
export function copyAsKilled(file: string): string {
  const copy = newPath();
  const beside = filesBeside(file).filter((name) => name !== path.basename(file) && !name.endsWith("-lock"));
  for (const name of beside) {
    copyIfThere(path.join(path.dirname(file), name), path.join(path.dirname(copy), name));
  }
  copyFileSync(file, copy);
  return copy;
}

function copyIfThere(source: string, target: string): void {
  try {
    copyFileSync(source, target);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== "ENOENT") throw failure;
  }
}

/** Everything that a store holds, in a comparable form. */
export async function contentOf(store: TraceStore): Promise<unknown> {
  const traces: Trace[] = [];
  let pageToken: string | undefined;
  do {
    const query = { orderBy: ["request_id"], includeSpans: true, maxResults: 1000 };
    const page = await store.search({ ...query, ...(pageToken !== undefined && { pageToken }) });
    traces.push(...page.traces);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return { traces, changes: await store.changes(0, 10_000), stats: await store.stats({}) };
}

/** The name and message of what a call rejects with. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "resolved";
  } catch (failure) {
    const { name, message } = failure as Error;
    return `${name}: ${message}`;
  }
}
