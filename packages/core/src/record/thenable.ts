import { hasMethod, isObjectLike } from "../model/objects.js";

/** Throws what a getter or a proxy's trap throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> & object {
  return isObjectLike(value) && hasMethod(value, "then");
}

/**
 * A promise with the same outcome, which a listener learns before anyone else. An unhandled rejection stays unhandled;
 * what a listener throws becomes the outcome.
 */
export function tap(
  promise: PromiseLike<unknown>,
  onValue: (value: unknown) => void,
  onError: (error: unknown) => void,
): PromiseLike<unknown> {
  return promise.then(
    (value) => {
      onValue(value);
      return value;
    },
    (error: unknown) => {
      onError(error);
      throw error;
    },
  );
}
