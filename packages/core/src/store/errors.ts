/**
 * The failures of a store. Comlink carries an error across a worker boundary by `name` and `message` only, so they are
 * told apart by `name`, not by class.
 */
export type StoreErrorName =
  | "StoreClosedError"
  | "QuotaExceededError"
  | "StoreVersionError"
  | "StoreCorruptError"
  | "StoreLockedError"
  | "StoreConflictError"
  | "StoreWorkerError"
  | "FilterSyntaxError"
  | "AbortError";

/** An Error with that name. The message is one lower-case line: what was expected, and what was found. */
export function storeError(name: StoreErrorName, message: string, options?: ErrorOptions): Error {
  const error = new Error(message, options);
  error.name = name;
  return error;
}

/** Whether a caught value is an error with that name. */
export function isStoreError(error: unknown, name: StoreErrorName): error is Error {
  return error instanceof Error && error.name === name;
}
