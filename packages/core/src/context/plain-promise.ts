const plainPrototype = Object.getPrototypeOf((async () => undefined)()) as Promise<unknown>;

/** What async functions give, also where a library has put a Promise of its own in place of the platform's. */
export const PlainPromise = plainPrototype.constructor as PromiseConstructor;

/** Whether a value is the platform's own promise, with nothing put on it. Throws what a proxy's traps throw. */
export function isPlainPromise(value: unknown): value is PromiseLike<unknown> & object {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === plainPrototype &&
    !Object.hasOwn(value, "then") &&
    !Object.hasOwn(value, "constructor")
  );
}
