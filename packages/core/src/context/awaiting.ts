/**
 * Tells an `await` from everything else that reads a promise. Where the promise's `constructor` is not the plain Promise,
 * `await` reads `constructor` and then `then`, both at once, makes a hidden promise, and has a job call what it read as
 * `then` with that promise's resolving functions. The only one who waits for the hidden promise is the function that
 * awaits, so what its resolution runs belongs where `then` was read.
 *
 * `Promise.resolve`, `finally`, and programs that look at `constructor` do some of the same, and whoever waits for their
 * promises may be somebody else. They are told apart by where they read (an `await` reads both at one place of the
 * program) and by when they call (a job of its own).
 */
import { PlainPromise } from "./plain-promise.js";
import { currentScope, enclose, type Scope } from "./scope.js";

interface Read {
  readonly target: object;
  readonly scope: Scope;
  readonly place: string;
}

/** Asked in a call of `then`: what makes a listener resume the `await` in its scope, or undefined where no `await` calls. */
export type IsAwait = () => ((listener: unknown) => (value: unknown) => void) | undefined;

const { queueMicrotask } = globalThis;
/** `constructor` was read, and nothing since. */
let lastRead: Read | undefined;
const waiting = new Set<object>();

/** The getter of a promise's `constructor`: gives `read` of the promise. `isNoted` says whether an `await` would ask for `then`. */
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

/** The getter of a promise's `then`. What `createThen` gives must ask, when it is called, whether an `await` calls it. */
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

/** Whether an `await` goes on to wait for a promise that it has made. */
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

/** One function for both, so that two reads at one place have the same stack. */
function getter(
  needsPlace: (target: object) => boolean,
  read: (target: object, place: string | undefined) => unknown,
): () => unknown {
  return function (this: object) {
    return read(this, needsPlace(this) ? maybePlace() : undefined);
  };
}

/** Whether a stack shows that a function of the platform reads. */
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

/** Who reads, as text; undefined where that is Promise.resolve (as far as the platform shows it), or nobody can say. */
function maybePlace(): string | undefined {
  try {
    const stack = takeStack();
    return stack === "" || /resolve \(<anonymous>\)/.test(stack)
      ? undefined
      : stack.replace(/ \[as \w+\]/g, "");
  } catch {
    // The page has made its Error so that it throws.
    return undefined;
  }
}

/** A few frames are enough, and cost less than as many as the page may have asked for. */
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
