export type Method = (...args: unknown[]) => unknown;

/**
 * Replaces a method by a property of the owner's own. Returns a function that undoes this, or undefined if the owner
 * has no such method or cannot take the property.
 */
export function replaceMethod(
  owner: object,
  name: string,
  toReplacement: (method: Method) => Method,
): (() => void) | undefined {
  const method = (owner as Record<string, unknown>)[name];
  if (typeof method !== "function" || !Object.isExtensible(owner)) return undefined;
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const replacement = toReplacement(method as Method);
  const isPlaced = Reflect.defineProperty(owner, name, {
    value: replacement,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  if (!isPlaced) return undefined;
  return () => {
    // Somebody else has replaced it since: theirs stays, and still calls ours.
    if ((owner as Record<string, unknown>)[name] !== replacement) return;
    if (own) Object.defineProperty(owner, name, own);
    else Reflect.deleteProperty(owner, name);
  };
}
