/**
 * Promises after whose `await` the context is the awaiter's. `await p` reads `p.constructor`, synchronously, in the
 * function that awaits: there its scope is noted. When a promise of ours settles, the jobs that this queues are enclosed
 * by two more, which enter the scope and leave it, and nobody else's job can come between.
 *
 * A pending promise names the plain Promise as `constructor`, so that `await` waits for the very object: nothing can be
 * mistaken then, whoever else reads it. A settled one queues the awaiter's job when it is awaited, where none can be put
 * behind it. So it names another `constructor`, for which `await` calls its `then`: see awaiting.ts.
 */
import { constructorGetter, isAnyWaiting, thenGetter, type IsAwait } from "./awaiting.js";
import { createHiddenValues } from "./hidden-value.js";
import { PlainPromise, isPlainPromise } from "./plain-promise.js";
import { bind, currentScope, enclose, reenter, type Scope } from "./scope.js";

type Executor = ConstructorParameters<PromiseConstructor>[0];

const { then: plainThen } = PlainPromise.prototype;
/** By the promise that it stands for. */
const carriedBySource = createHiddenValues<Carried>();
const carriedInPlace = new WeakSet();
/** The platform's `then`, which reads `constructor` too, is running for us. */
let isOurs = false;

class Carried extends PlainPromise<unknown> {
  readonly #source: PromiseLike<unknown>;
  #isSettled = false;
  /** The scopes in which it was read while it was pending: the first, and the last where there was another. */
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
      // If it awaits, its job comes right behind this one.
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

/**
 * The constructor that a settled promise names: not Promise itself, which makes `await` ask for `then`, but as good as it.
 */
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
 * What the `constructor` of plain promises is replaced by where a stack does not show that Promise.resolve reads: the
 * promise that seems to be an `await`'s may be one that others wait for. Whoever does reads its `constructor`, and gets a
 * job of ours before his own.
 */
export const watchedConstructor = accessor("constructor", function (this: object) {
  if (!isOurs && isAnyWaiting()) {
    const before = reenter(currentScope());
    try {
      callPlainThen(this, [before, before]);
    } catch {
      // Promise.prototype itself, or what inherits from it and is no promise.
    }
  }
  return PlainPromise;
});

/** A plain promise, carried (see {@link ContextManager.run}); all else is given back as it is. Throws nothing. */
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
 * Has a thenable carry the scopes of those who ask for its `then`; it stays the object it is. Only a promise says by its
 * `constructor` that it is awaited.
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
      // What inherits from it is another object.
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

/** Our own `then` over the promise's, for whoever reads it now. */
function createThen(callPromiseThen: (promise: object, listeners: unknown[]) => unknown) {
  return (isAwait: IsAwait): unknown => {
    const scope = currentScope();
    return function then(this: object, onValue: unknown, onError: unknown): unknown {
      const resume = isAwait();
      if (resume) return callPromiseThen(this, [resume(onValue), resume(onError)]);
      const next = carry(callPromiseThen(this, [bind(scope, onValue), bind(scope, onError)]));
      // Of a subclass, as the promise itself.
      if (next instanceof PlainPromise && !isCarried(next)) carryInPlace(next);
      return next;
    };
  };
}

/** The platform's `then`, without what it does for those who ask for more. */
function callPlainThen(promise: object, listeners: unknown[]): unknown {
  isOurs = Carried.isCarried(promise) || isPlainPromise(promise);
  try {
    return Reflect.apply(plainThen, promise, listeners);
  } finally {
    isOurs = false;
  }
}

/** As a property of the platform's: not listed, and whoever assigns to it has a property of his own. */
function accessor(key: string, get: () => unknown): PropertyDescriptor {
  return {
    get,
    set(value: unknown) {
      Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
  };
}
