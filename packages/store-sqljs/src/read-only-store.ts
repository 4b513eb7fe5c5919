import type { TraceDatabase } from "./database/trace-database.js";
import { createSqljsStore, type SavingStore } from "./sqljs-store.js";

/** The contract over a read-only database: `write` and `delete` reject with TypeError. */
export function createReadOnlyStore(database: TraceDatabase, report: (failure: Error) => void): SavingStore {
  const refuse = (method: string) => () =>
    Promise.reject(new TypeError(`${method} needs a store opened for writing, got one opened with readOnly`));
  return {
    ...createSqljsStore(database, undefined, report),
    write: refuse("write"),
    delete: refuse("delete"),
  };
}
