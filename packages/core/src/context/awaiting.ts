/**
 * Tells an `await` from everything else that reads a promise. If a promise's `constructor` is not the plain Promise,
 * `await` reads `constructor` and at once `then`, creates a hidden promise, and queues a job that calls that `then`
 * with the hidden promise's resolving functions. Only the awaiting function waits for the hidden promise, so what its
 * resolution runs belongs to the scope in which `then` was read.
 *
 * `Promise.resolve`, `finally`, and programs that look at `constructor` do some of the same, but others may be waiting
 * for their promises. They are told apart by where they read (an `await` reads both from one place in the program) and
 * by when they call `then` (an `await` does so in a job of its own).
 */
import { PlainPromise } from "./plain-promise.js";
import { currentScope, enclose, type Scope } from "./scope.js";

interface Read {
  readonly target: object;
  readonly scope: Scope;
  readonly place: string;
}

/**
 * Called in `then`: returns what makes a listener resume the `await` in its scope, or undefined if the caller is no
 * `await`.
 */
export type IsAwait = () => ((listener: unknown) => (value: unknown) => void) | undefined;

const { queueMicrotask } = globalThis;
/** A `constructor` that was read, with nothing read since. */
let lastRead: Read | undefined;
const waiting = new Set<object>();

/**
 * A getter for a promise's `constructor` that returns what `read` does. `isNoted` says whether an `await` would read
 * `then` next.
 */
export function constructorGetter(
  isNoted: (target: object) => boolean,
  read: (target: object) => unknown,
): () => unknown {
  return getter(
    (target) => currentScope() !== undefined && isNoted(target),
    (target, place) => {
      const scope = currentScope();
      lastRead = place !== undefined && scope ? { target, scope, place } : undefined;
      return read(target);
    },
  );
}

/** A getter for a promise's `then`. The function that `createThen` returns must ask `isAwait` when it is called. */
export function thenGetter(createThen: (isAwait: IsAwait) => unknown): () => unknown {
  return getter(
    (target) => lastRead?.target === target,
    (_target, place) => {
      const read = lastRead;
      lastRead = undefined;
      const isOneRead = place !== undefined && read?.place === place && read.scope === currentScope();
      return createThen(isOneRead ? awaitsNextJob(read.scope) : () => undefined);
    },
  );
}

/** Whether some `await` is still waiting for its hidden promise. */
export function isAnyWaiting(): boolean {
  return waiting.size > 0;
}

function awaitsNextJob(scope: Scope): IsAwait {
  const wait = {};
  let isJob = false;
  waiting.add(wait);
  queueMicrotask(() => {
    isJob = true;
  });
  return () => {
    if (!isJob) waiting.delete(wait);
    return isJob
      ? (listener) => (value) => {
          waiting.delete(wait);
          enclose(scope, () => (listener as (value: unknown) => void)(value));
        }
      : undefined;
  };
}

/** Shared by both getters, so that two reads from one place have the same stack. */
function getter(
  needsPlace: (target: object) => boolean,
  read: (target: object, place: string | undefined) => unknown,
): () => unknown {
  return function (this: object) {
    return read(this, needsPlace(this) ? maybePlace() : undefined);
  };
}

/** Whether a stack trace shows that a platform function is the one reading. */
export function showsPlatform(): boolean {
  let isShown = false;
  const probe = Object.defineProperty(PlainPromise.resolve(), "constructor", {
    get() {
      isShown = maybePlace() === undefined;
      return PlainPromise;
    },
  });
  void PlainPromise.resolve(probe);
  return isShown;
}

/** Who is reading, as stack text; undefined if that is Promise.resolve (where the platform shows it) or cannot be told. */
function maybePlace(): string | undefined {
  try {
    const stack = takeStack();
    return stack === "" || /resolve \(<anonymous>\)/.test(stack)
      ? undefined
      : stack.replace(/ \[as \w+\]/g, "");
  } catch {
    // The page has replaced Error with one that throws.
    return undefined;
  }
}

/** A few frames are enough, and cheaper than the many that the page may have asked for. */
function takeStack(): string {
  const limited = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = limited;
  if (stackTraceLimit === undefined) return new Error().stack ?? "";
  limited.stackTraceLimit = 8;
  try {
    return String(new Error().stack);
  } finally {
    limited.stackTraceLimit = stackTraceLimit;
  }
}
