/** The layout of a new database, and how older ones come to it. */
import { createGramSet } from "@spanbook/core/search";
import { parseFold, toTraceInfo } from "@spanbook/core/store";
import type { IDBPTransaction } from "idb";
import {
  chunksOf,
  isVisible,
  type Database,
  type Schema,
  type StoreName,
  type TraceRow,
} from "./database.js";
import { termsOf } from "./terms.js";
import { blockOf, nextGramRow, putGrams } from "./text-index.js";

type Upgrade = IDBPTransaction<Schema, StoreName[], "versionchange">;

/**
 * From every earlier version to the newest, step by step, all or nothing. Each step is as it was when its version was made:
 * test/fixtures/store-idb keeps a database of each.
 */
export async function upgrade(database: Database, oldVersion: number, transaction: Upgrade): Promise<void> {
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
  if (oldVersion < 2) {
    transaction.objectStore("traces").createIndex("terms", "terms", { multiEntry: true });
    database.createObjectStore("grams");
    if (oldVersion > 0) await indexTraces(transaction);
  }
  if (oldVersion < 3) database.createObjectStore("journal", { autoIncrement: true });
}

/** Version 2: traces are found by terms and texts. */
async function indexTraces(transaction: Upgrade): Promise<void> {
  const traces = transaction.objectStore("traces");
  for (let cursor = await traces.openCursor(); cursor; cursor = await cursor.continue()) {
    const row: Omit<TraceRow, "gramBlocks"> = cursor.value;
    const fold = row.fold === undefined ? undefined : parseFold(row.fold);
    const info = fold && toTraceInfo(fold, 0, () => false);
    const gramRow = await nextGramRow(transaction as never);
    const grams = await readGrams(transaction, row.id);
    await putGrams(transaction as never, gramRow, grams);
    await cursor.update({
      ...row,
      ...(info && isVisible(cursor.value) && { terms: termsOf(info, cursor.value.newest) }),
      gramBlocks: grams.size > 0 ? [blockOf(gramRow)] : [],
    });
  }
}

async function readGrams(transaction: Upgrade, traceId: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const grams = createGramSet();
  const encoder = new TextEncoder();
  const [chunks, apart] = await Promise.all([
    transaction.objectStore("chunks").getAll(chunksOf(traceId)),
    transaction.objectStore("payloads").getAll(chunksOf(traceId)),
  ]);
  for (const { payloads = "" } of [...chunks, ...apart]) grams.add(encoder.encode(payloads));
  return chunks.length > 0 ? new Map([[traceId, grams.toBytes()]]) : new Map();
}
