/**
 * What has been written and is not folded in yet. A batch is durable once it lies here as text, which costs a tenth of what
 * it costs to bring it to its rows, chunks and indexes; that follows when writing rests, see folding.ts.
 */
import type { SpanDigest } from "@spanbook/core/model";
import type { Batch } from "@spanbook/core/store";
import type { Database, Transaction } from "./database.js";
import { inTransaction } from "./transaction.js";

export interface JournalRow {
  /** JSON of the batch, with the digests as its spans. */
  readonly batch: string;
  /** In the same order. */
  readonly payloads: readonly string[];
}

export interface JournalPart {
  readonly batches: readonly Batch[];
  /** Undefined where there are none. */
  readonly lastKey: number | undefined;
  readonly spanCount: number;
}

/** Appends batches, in order; they are durable when it resolves. Rejects with QuotaExceededError, and then none is there. */
export async function appendToJournal(
  database: Database,
  durability: "relaxed" | "strict",
  batches: readonly Batch[],
): Promise<void> {
  await inTransaction(database, ["journal"], durability, (transaction) =>
    Promise.all(batches.map((batch) => transaction.objectStore("journal").add(toJournalRow(batch)))),
  );
}

/** The last key, undefined where the journal is empty. */
export async function lastJournalKey(database: Database): Promise<number | undefined> {
  const cursor = await database.transaction("journal").store.openKeyCursor(null, "prev");
  return cursor?.key;
}

/** What is folded in at once: what is written meanwhile waits for it. */
const maxTakenSpans = 1000;
const maxTakenTraces = 200;
const maxTakenCharacters = 4_000_000;

/** The first batches, a slice of them, up to that key if one is given; they are taken out of the journal. */
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
