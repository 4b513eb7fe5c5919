// Kept on the client itself, so that a page that loads Spanbook twice wraps a client only once.
const switchOffKey = Symbol.for("spanbook.untrace");

type Undo = () => void;

/** Wraps an SDK's object unless it is wrapped already. Returns the object. */
export function switchOn<Target extends object>(
  target: Target,
  wrap: (target: Target) => readonly Undo[],
): Target {
  if (Object.hasOwn(target, switchOffKey)) return target;
  const undos = wrap(target);
  const switchOff = () => {
    for (const undo of undos) undo();
    Reflect.deleteProperty(target, switchOffKey);
  };
  Reflect.defineProperty(target, switchOffKey, { value: switchOff, configurable: true });
  return target;
}

/**
 * Undoes what `traced`, `tracedOpenAI` and the like did to an SDK's object, and returns the object. Calls in progress are
 * recorded to their end.
 */
export function untraced<Target extends object>(target: Target): Target {
  if (Object.hasOwn(target, switchOffKey)) (target as Record<symbol, Undo>)[switchOffKey]?.();
  return target;
}
