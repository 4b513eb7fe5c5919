/** The part of Node's EventEmitter that is needed. */
interface Emitter {
  on(event: unknown, listener: Listener): unknown;
  removeListener(event: unknown, listener: Listener): unknown;
}

type Listener = (...args: never[]) => unknown;
type Method = (event: unknown, listener: Listener) => unknown;

const adding = ["on", "addListener", "once", "prependListener", "prependOnceListener"];
const removing = ["off", "removeListener"];

export function isEmitter(value: unknown): value is Emitter & object {
  const { on, removeListener } = (value ?? {}) as Partial<Emitter>;
  return typeof on === "function" && typeof removeListener === "function";
}

/**
 * Makes the emitter bind each listener that is added from now on, once; the original listener still removes it. Node's
 * HTTP instrumentation binds its requests and responses this way.
 */
export function bindEmitter<Target extends object>(
  emitter: Target,
  bind: (listener: Listener) => Listener,
): Target {
  const bound = new WeakMap<Listener, Listener>();
  // `once` adds through `on`, so a listener may be bound already.
  const isBound = new WeakSet<Listener>();
  const methods = emitter as Record<string, Method | undefined>;
  for (const name of adding) {
    const add = methods[name];
    if (!add) continue;
    methods[name] = function (this: unknown, event, listener) {
      if (typeof listener !== "function" || isBound.has(listener)) return add.call(this, event, listener);
      let inContext = bound.get(listener);
      if (!inContext) bound.set(listener, (inContext = bind(listener)));
      isBound.add(inContext);
      return add.call(this, event, inContext);
    };
  }
  for (const name of removing) {
    const remove = methods[name];
    if (!remove) continue;
    methods[name] = function (this: unknown, event, listener) {
      return remove.call(this, event, bound.get(listener) ?? listener);
    };
  }
  return emitter;
}
