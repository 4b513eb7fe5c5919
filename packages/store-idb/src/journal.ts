/**
 * What has been written but not folded in yet. A batch is durable once it is here as text, at a tenth of the cost of updating
 * rows, chunks and indexes; that follows when writing pauses, see folding.ts.
 */
import type { SpanDigest } from "@spanbook/core/model";
import type { Batch } from "@spanbook/core/store";
import type { Database, Transaction } from "./database.js";
import { inTransaction } from "./transaction.js";

export interface JournalRow {
  /** JSON of the batch, with only the digests of its spans. */
  readonly batch: string;
  /** In the order of the digests. */
  readonly payloads: readonly string[];
}

export interface JournalPart {
  readonly batches: readonly Batch[];
  /** Undefined if the part is empty. */
  readonly lastKey: number | undefined;
  readonly spanCount: number;
}

/** Appends batches in order; they are durable when it resolves. Rejects with QuotaExceededError, and then none was appended. */
export async function appendToJournal(
  database: Database,
  durability: "relaxed" | "strict",
  batches: readonly Batch[],
): Promise<void> {
  await inTransaction(database, ["journal"], durability, (transaction) =>
    Promise.all(batches.map((batch) => transaction.objectStore("journal").add(toJournalRow(batch)))),
  );
}

/** The last key, undefined if the journal is empty. */
export async function lastJournalKey(database: Database): Promise<number | undefined> {
  const cursor = await database.transaction("journal").store.openKeyCursor(null, "prev");
  return cursor?.key;
}

/** How much is folded in at once, since later writes wait for it. */
const maxTakenSpans = 1000;
const maxTakenTraces = 200;
const maxTakenCharacters = 4_000_000;

/** Removes the first batches from the journal, one slice at most and none after `upTo`, and returns them. */
export async function takeFromJournal(
  transaction: Transaction<"readwrite">,
  upTo = Infinity,
): Promise<JournalPart> {
  const journal = transaction.objectStore("journal");
  const batches: Batch[] = [];
  const traceIds = new Set<string>();
  let spanCount = 0;
  let characterCount = 0;
  let lastKey: number | undefined;
  for await (const { key, value } of journal.iterate(IDBKeyRange.upperBound(upTo))) {
    const batch = fromJournalRow(value);
    batches.push(batch);
    lastKey = key;
    spanCount += batch.spans.length;
    for (const { digest, payload } of batch.spans) {
      traceIds.add(digest.traceId);
      characterCount += payload.length;
    }
    if (spanCount >= maxTakenSpans || traceIds.size >= maxTakenTraces) break;
    if (characterCount >= maxTakenCharacters) break;
  }
  if (lastKey !== undefined) await journal.delete(IDBKeyRange.upperBound(lastKey));
  return { batches, lastKey, spanCount };
}

function toJournalRow({ spans, ...rest }: Batch): JournalRow {
  return {
    batch: JSON.stringify({ ...rest, spans: spans.map(({ digest }) => digest) }),
    payloads: spans.map(({ payload }) => payload),
  };
}

function fromJournalRow({ batch, payloads }: JournalRow): Batch {
  const { spans, ...rest } = JSON.parse(batch) as Omit<Batch, "spans"> & { readonly spans: SpanDigest[] };
  return { ...rest, spans: spans.map((digest, index) => ({ digest, payload: payloads[index] ?? "" })) };
}
