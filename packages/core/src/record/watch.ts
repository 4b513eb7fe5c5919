export type Method = (...args: unknown[]) => unknown;
/** Called instead of a method, with the method bound to its object. */
export type Watcher = (method: Method, args: unknown[]) => unknown;

/**
 * Puts a watcher before each of these methods that the object has, as a non-enumerable property of its own, so that the
 * rest of the object stays as it is. Returns false if the object cannot take any (it is frozen, say). A method called
 * on another object, such as one that inherits from this, is not watched.
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
