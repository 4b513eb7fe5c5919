import type { TraceStore } from "@spanbook/core/store";

/** States a piece of the contract as a title, and checks it on an empty store of its own. */
export type Check = (title: string, body: (store: TraceStore) => Promise<void>) => void;

/** The name of the error that a call rejects with, or "resolved". */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "resolved";
  } catch (error) {
    return error instanceof Error ? error.name : `not an error: ${String(error)}`;
  }
}
