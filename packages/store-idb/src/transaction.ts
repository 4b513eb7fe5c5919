import { storeError } from "@spanbook/core/store";
import type { Database, StoreName, Transaction } from "./database.js";

/**
 * Runs `run` in a write transaction and returns its result once that is committed; if it rejects, nothing was written. Rejects
 * with QuotaExceededError if there is no space.
 */
export async function inTransaction<Result>(
  database: Database,
  stores: StoreName[],
  durability: "relaxed" | "strict",
  run: (transaction: Transaction<"readwrite">) => Promise<Result>,
): Promise<Result> {
  const transaction = database.transaction(stores, "readwrite", { durability });
  try {
    const result = await run(transaction);
    await transaction.done;
    return result;
  } catch (failure) {
    // Puts before the failed one reject as well; the transaction's own error is the cause of them all.
    transaction.done.catch(() => undefined);
    tryAbort(transaction);
    const cause = transaction.error ?? (failure as Error);
    if (cause.name !== "QuotaExceededError") throw cause;
    throw storeError("QuotaExceededError", "the batch needs more space than the browser gives this site", {
      cause,
    });
  }
}

function tryAbort(transaction: Transaction<"readwrite">): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}

/** A transaction and its requests. */
export interface Writing {
  readonly transaction: Transaction<"readwrite">;
  readonly requests: Requests;
}

/** Requests that nobody awaits one by one. A failed one aborts the transaction, which then reports why. */
export interface Requests {
  add(request: Promise<unknown>): void;
  /** Resolves once all of them have succeeded. */
  all(): Promise<unknown>;
}

export function createRequests(): Requests {
  const requests: Promise<unknown>[] = [];
  return {
    add(request: Promise<unknown>): void {
      request.catch(() => undefined);
      requests.push(request);
    },
    all: () => Promise.all(requests),
  };
}
