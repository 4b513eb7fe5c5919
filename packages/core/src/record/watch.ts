export type Method = (...args: unknown[]) => unknown;
/** Called in a method's place, with the method bound to its object. */
export type Watcher = (method: Method, args: unknown[]) => unknown;

/**
 * Puts a watcher before each method that the object has: as its own property that is not listed, so that everything else
 * of the object stays. False where the object takes none (it is frozen); a method reached through another object, such as
 * one that inherits from this, is not watched.
 */
export function watchMethods(target: object, watchers: Readonly<Record<string | symbol, Watcher>>): boolean {
  if (!Object.isExtensible(target)) return false;
  let isWatched = false;
  for (const name of Reflect.ownKeys(watchers)) {
    const method = (target as Record<PropertyKey, unknown>)[name];
    const watcher = watchers[name as string];
    if (typeof method !== "function" || !watcher) continue;
    const value = function (this: unknown, ...args: unknown[]): unknown {
      const bound: Method = (...given) => Reflect.apply(method as Method, this, given);
      return this === target ? watcher(bound, args) : bound(...args);
    };
    isWatched =
      Reflect.defineProperty(target, name, { value, configurable: true, writable: true }) || isWatched;
  }
  return isWatched;
}
