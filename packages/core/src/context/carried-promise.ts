/**
 * Promises that restore the awaiter's context after an `await`. `await p` reads `p.constructor` synchronously in the
 * awaiting function: that is where its scope is noted. When one of our promises settles, the jobs this queues are
 * placed between two of our own, which enter and leave the scope; no other job can get in between.
 *
 * A pending promise names the plain Promise as its `constructor`, so `await` waits for this very object and nothing can
 * be mistaken, whoever else reads it. A settled one queues the awaiter's job the moment it is awaited, and we could put
 * no job after it. So it names another `constructor`, which makes `await` call its `then`: see awaiting.ts.
 */
import { constructorGetter, isAnyWaiting, thenGetter, type IsAwait } from "./awaiting.js";
import { createHiddenValues } from "./hidden-value.js";
import { PlainPromise, isPlainPromise } from "./plain-promise.js";
import { bind, currentScope, enclose, reenter, type Scope } from "./scope.js";

type Executor = ConstructorParameters<PromiseConstructor>[0];

const { then: plainThen } = PlainPromise.prototype;
/** Keyed by the promise it stands for. */
const carriedBySource = createHiddenValues<Carried>();
const carriedInPlace = new WeakSet();
/** True while we call the platform's `then` ourselves, because that reads `constructor` too. */
let isOurs = false;

class Carried extends PlainPromise<unknown> {
  readonly #source: PromiseLike<unknown>;
  #isSettled = false;
  /** The scopes in which it was read while pending: the first and the latest. */
  #first: Scope | undefined;
  #last: Scope | undefined;
  #isRead = false;
  #isShared = false;

  static of(source: PromiseLike<unknown>): Carried {
    let resolve: (value: unknown) => void = () => undefined;
    let reject = resolve;
    const carried = new Carried(source, (...settle) => ([resolve, reject] = settle));
    callPlainThen(source, [
      (value: unknown) => carried.#settle(() => resolve(value)),
      (error: unknown) => carried.#settle(() => reject(error)),
    ]);
    return carried;
  }

  constructor(source: PromiseLike<unknown>, executor: Executor) {
    super(executor);
    this.#source = source;
  }

  static isCarried(value: object): value is Carried {
    return #isSettled in value;
  }

  static sourceOf(promise: PromiseLike<unknown>): PromiseLike<unknown> {
    return #isSettled in promise ? promise.#source : promise;
  }

  static isSettled(target: object): boolean {
    return #isSettled in target && target.#isSettled;
  }

  static readConstructor(target: object): unknown {
    if (!(#isSettled in target) || isOurs) return PlainPromise;
    if (!target.#isSettled) target.#noteReader(currentScope());
    else if (currentScope()) return StandIn;
    return PlainPromise;
  }

  #noteReader(scope: Scope | undefined): void {
    if (!this.#isRead) {
      this.#isRead = true;
      this.#first = scope;
    } else if (this.#last !== scope) {
      // If this reader awaits, its job comes right after this one.
      this.#isShared = true;
      callPlainThen(this, [reenter(scope), reenter(scope)]);
    }
    this.#last = scope;
  }

  #settle(settle: () => void): void {
    if (this.#first || this.#isShared) enclose(this.#first, settle);
    else settle();
    this.#isSettled = true;
    this.#first = this.#last = undefined;
  }
}

/** The `constructor` of a settled promise: it works like Promise but is another object, so that `await` reads `then`. */
const StandIn = Object.defineProperties(
  function (executor: Executor) {
    return new PlainPromise(executor);
  },
  { prototype: { value: PlainPromise.prototype }, name: { value: "Promise" } },
);
Object.setPrototypeOf(StandIn, PlainPromise);

void Object.defineProperties(Carried.prototype, {
  constructor: accessor("constructor", constructorGetter(Carried.isSettled, Carried.readConstructor)),
  then: accessor("then", thenGetter(createThen(callPlainThen))),
});

/**
 * Replaces the `constructor` of plain promises on platforms whose stacks do not show Promise.resolve: there, what looks
 * like an `await`'s hidden promise may be one that others wait for. Whoever waits for it reads its `constructor`, and
 * so gets a job of ours before their own.
 */
export const watchedConstructor = accessor("constructor", function (this: object) {
  if (!isOurs && isAnyWaiting()) {
    const before = reenter(currentScope());
    try {
      callPlainThen(this, [before, before]);
    } catch {
      // Promise.prototype itself, or an object that inherits from it but is no promise.
    }
  }
  return PlainPromise;
});

/**
 * The carried form of a plain promise (see {@link ContextManager.run}); anything else is returned as it is. Never
 * throws.
 */
export function carry<Value>(value: Value): Value {
  try {
    return isPlainPromise(value) ? (carryPlain(value) as Value) : value;
  } catch {
    // A proxy that only looks like a promise.
    return value;
  }
}

/** See {@link AwaitContext.isCarried}. */
export function isCarried(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && Carried.isCarried(value);
}

/** See {@link AwaitContext.observe}. */
export function observe(
  promise: PromiseLike<unknown>,
  onValue: (value: unknown) => void,
  onError: (error: unknown) => void,
): void {
  callPlainThen(Carried.sourceOf(promise), [onValue, onError]);
}

/**
 * Makes a thenable carry the scope of whoever reads its `then`, without replacing the object. Only on real promises
 * does `await` read `constructor` as well.
 */
export function carryInPlace(target: object): void {
  if (carriedInPlace.has(target) || !Object.isExtensible(target)) return;
  const { constructor, then } = target as {
    constructor: unknown;
    then: (...listeners: unknown[]) => unknown;
  };
  if (typeof then !== "function") return;
  carriedInPlace.add(target);
  const own = (getOwn: () => unknown, value: unknown) =>
    function (this: object): unknown {
      // An object that inherits from it is not the thenable.
      return this === target ? Reflect.apply(getOwn, this, []) : value;
    };
  const getThen = thenGetter(createThen((self, listeners) => Reflect.apply(then, self, listeners)));
  Object.defineProperty(target, "then", accessor("then", own(getThen, then)));
  const getConstructor = constructorGetter(
    () => true,
    () => constructor,
  );
  Object.defineProperty(target, "constructor", accessor("constructor", own(getConstructor, constructor)));
}

function carryPlain(source: PromiseLike<unknown> & object): Carried {
  let carried = carriedBySource.get(source);
  if (!carried) carriedBySource.set(source, (carried = Carried.of(source)));
  return carried;
}

/** Wraps the promise's `then` for whoever is reading it now. */
function createThen(callPromiseThen: (promise: object, listeners: unknown[]) => unknown) {
  return (isAwait: IsAwait): unknown => {
    const scope = currentScope();
    return function then(this: object, onValue: unknown, onError: unknown): unknown {
      const resume = isAwait();
      if (resume) return callPromiseThen(this, [resume(onValue), resume(onError)]);
      const next = carry(callPromiseThen(this, [bind(scope, onValue), bind(scope, onError)]));
      // A promise of a subclass, like the one it comes from.
      if (next instanceof PlainPromise && !isCarried(next)) carryInPlace(next);
      return next;
    };
  };
}

/** Calls the platform's `then` so that it sees the plain Promise as `constructor`. */
function callPlainThen(promise: object, listeners: unknown[]): unknown {
  isOurs = Carried.isCarried(promise) || isPlainPromise(promise);
  try {
    return Reflect.apply(plainThen, promise, listeners);
  } finally {
    isOurs = false;
  }
}

/** Behaves like a platform property: it is not enumerable, and assigning to it gives the object a property of its own. */
function accessor(key: string, get: () => unknown): PropertyDescriptor {
  return {
    get,
    set(value: unknown) {
      Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
  };
}
