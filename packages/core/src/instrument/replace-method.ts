export type Method = (...args: unknown[]) => unknown;

/**
 * Puts a method in the place of the owner's, as its own property. Returns a function that takes it away again, undefined where
 * the owner has no such method or takes no property.
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
    // Replaced by somebody else since: theirs stays, and goes on calling ours.
    if ((owner as Record<string, unknown>)[name] !== replacement) return;
    if (own) Object.defineProperty(owner, name, own);
    else Reflect.deleteProperty(owner, name);
  };
}
