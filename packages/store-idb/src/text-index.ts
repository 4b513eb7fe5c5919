/**
 * The index of the texts in payloads. Each write adds one row: for each trace that it touches, the trigrams of its payloads as a
 * bit set. A search for a text reads all of these rows, about a tenth of the data, instead of the payloads. Rows are numbered;
 * small ones are merged by {@link rowsPerBlock}, into the last of each block.
 */
import { hasGrams, requiredGrams, type FilterTree } from "@spanbook/core/search";
import type { GramRow, Transaction } from "./database.js";
import type { LongRead } from "./long-read.js";

const rowsPerBlock = 64;
/** Blocks larger than this are not merged. */
const maxMergedBytes = 2_000_000;
const rowsAtOnce = 200;

/** The block that a row is in, or will be merged into: what a trace's row records of the index. */
export function blockOf(row: number): number {
  return Math.ceil(row / rowsPerBlock) * rowsPerBlock;
}

/** The number of the row that a write in this transaction adds. */
export async function nextGramRow(transaction: Transaction<"readwrite">): Promise<number> {
  const last = await transaction.objectStore("grams").openKeyCursor(null, "prev");
  return (last?.key ?? 0) + 1;
}

/** Stores the sets of the traces that a transaction has written to, and merges the block when it is full. */
export async function putGrams(
  transaction: Transaction<"readwrite">,
  row: number,
  sets: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  if (sets.size === 0) return;
  const store = transaction.objectStore("grams");
  const entries = Array.from(sets, ([traceId, bytes]) => ({ traceId, bytes }));
  await store.put(toRow(entries), row);
  if (row !== blockOf(row)) return;
  const block = rowsIn(row);
  const rows = await store.getAll(block);
  if (rows.reduce((sum, { bytes }) => sum + bytes.length, 0) > maxMergedBytes) return;
  await store.delete(block);
  await store.put(toRow(rows.flatMap((each) => [...entriesOf(each)])), row);
}

/** Removes traces from the given blocks. */
export async function deleteGrams(
  transaction: Transaction<"readwrite">,
  blocks: Iterable<number>,
  traceIds: ReadonlySet<string>,
): Promise<void> {
  const store = transaction.objectStore("grams");
  for (const block of new Set(blocks)) {
    for (let cursor = await store.openCursor(rowsIn(block)); cursor; cursor = await cursor.continue()) {
      const before = cursor.value;
      const left = [...entriesOf(before)].filter(({ traceId }) => !traceIds.has(traceId));
      if (left.length === 0) await cursor.delete();
      else if (left.length < before.traceIds.length) await cursor.update(toRow(left));
    }
  }
}

/** The traces that can match, going by the texts that a filter asks for; undefined if it asks for none. */
export async function findByText(
  filter: FilterTree,
  { database, pause }: LongRead,
): Promise<ReadonlySet<string> | undefined> {
  const wanted = toTextQuery(filter);
  if (!wanted) return undefined;
  const found = new Map<readonly number[], Set<string>>(gramsIn(wanted).map((grams) => [grams, new Set()]));
  let from = 0;
  for (;;) {
    const range = IDBKeyRange.lowerBound(from, true);
    const transaction = (await database()).transaction("grams");
    const [keys, rows] = await Promise.all([
      transaction.store.getAllKeys(range, rowsAtOnce),
      transaction.store.getAll(range, rowsAtOnce),
    ]);
    for (const row of rows) {
      for (const { traceId, bytes } of entriesOf(row)) {
        for (const [grams, traceIds] of found) if (hasGrams(bytes, grams)) traceIds.add(traceId);
      }
    }
    const last = keys.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return combine(wanted, found);
    from = last;
    await pause();
  }
}

/** What a trace's payloads must have: all trigrams of a text, or of all or any of several texts. */
type TextQuery =
  | { readonly kind: "and" | "or"; readonly operands: readonly TextQuery[] }
  | { readonly kind: "grams"; readonly grams: readonly number[] };

function toTextQuery(filter: FilterTree): TextQuery | undefined {
  switch (filter.kind) {
    case "and":
    case "or": {
      const { kind } = filter;
      const operands = filter.operands.map(toTextQuery);
      const known = operands.filter((operand) => operand !== undefined);
      const isEnough = kind === "and" ? known.length > 0 : known.length === operands.length;
      return isEnough ? { kind, operands: known } : undefined;
    }
    case "not":
      return undefined;
    default: {
      const grams = requiredGrams(filter);
      return grams.length > 0 ? { kind: "grams", grams } : undefined;
    }
  }
}

function gramsIn(query: TextQuery): (readonly number[])[] {
  return query.kind === "grams" ? [query.grams] : query.operands.flatMap(gramsIn);
}

function combine(query: TextQuery, found: ReadonlyMap<readonly number[], Set<string>>): Set<string> {
  if (query.kind === "grams") return found.get(query.grams) ?? new Set();
  const [first = new Set<string>(), ...others] = query.operands.map((operand) => combine(operand, found));
  if (query.kind === "or") return new Set([first, ...others].flatMap((traceIds) => [...traceIds]));
  return new Set([...first].filter((traceId) => others.every((traceIds) => traceIds.has(traceId))));
}

interface GramEntry {
  readonly traceId: string;
  readonly bytes: Uint8Array;
}

function toRow(entries: readonly GramEntry[]): GramRow {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + entry.bytes.length, 0));
  let end = 0;
  const ends = entries.map((entry) => {
    bytes.set(entry.bytes, end);
    return (end += entry.bytes.length);
  });
  return { traceIds: entries.map(({ traceId }) => traceId), ends, bytes };
}

function* entriesOf({ traceIds, ends, bytes }: GramRow): Generator<GramEntry> {
  let start = 0;
  for (const [index, traceId] of traceIds.entries()) {
    const end = ends[index] ?? start;
    yield { traceId, bytes: bytes.subarray(start, end) };
    start = end;
  }
}

function rowsIn(block: number): IDBKeyRange {
  return IDBKeyRange.bound(block - rowsPerBlock, block, true);
}
