const plainPrototype = Object.getPrototypeOf((async () => undefined)()) as Promise<unknown>;

/** The Promise that async functions return, even if a library has replaced the global one. */
export const PlainPromise = plainPrototype.constructor as PromiseConstructor;

/** Whether a value is a promise of the platform's own, unmodified. Throws what a proxy's traps throw. */
export function isPlainPromise(value: unknown): value is PromiseLike<unknown> & object {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === plainPrototype &&
    !Object.hasOwn(value, "then") &&
    !Object.hasOwn(value, "constructor")
  );
}
