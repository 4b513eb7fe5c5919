/** Values attached to objects that belong to others. */
export interface HiddenValues<Value> {
  get(object: object): Value | undefined;
  /** At most once per object. */
  set(object: object, value: Value): void;
}

/** Puts the private fields of a subclass on the object that its constructor is given. */
class Given {
  constructor(object: object) {
    return object;
  }
}

/**
 * Like a WeakMap, but the value lies on the object itself, in a private field that nobody else can see. A WeakMap with an entry for
 * each promise made an async call a third slower, most of it in the garbage collector.
 */
export function createHiddenValues<Value>(): HiddenValues<Value> {
  class Holder extends Given {
    readonly #value: Value;

    constructor(object: object, value: Value) {
      super(object);
      this.#value = value;
    }

    static get(object: object): Value | undefined {
      return #value in object ? object.#value : undefined;
    }
  }
  return { get: (object) => Holder.get(object), set: (object, value) => void new Holder(object, value) };
}
