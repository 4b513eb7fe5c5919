/**
 * What is active, for the whole page: a chain with one link for each context manager that has set something. This is
 * what the platform would keep if it had AsyncContext, and the only state that all managers share.
 */
export interface Scope {
  readonly owner: object;
  readonly value: unknown;
  readonly outer: Scope | undefined;
}

const { queueMicrotask } = globalThis;
let current: Scope | undefined;
/** True while a job is running that `enclose` has enclosed. */
let isEnclosed = false;

/** Undefined if nothing is known: in a new task, and after an await of something that was not carried. */
export function currentScope(): Scope | undefined {
  return current;
}

/** The scope with `owner`'s link replaced, so that the chain has at most one link per owner. */
export function withLink(scope: Scope | undefined, owner: object, value: unknown): Scope {
  return { owner, value, outer: without(scope, owner) };
}

export function findLink(owner: object): Scope | undefined {
  let scope = current;
  while (scope && scope.owner !== owner) scope = scope.outer;
  return scope;
}

/** Calls `fn` in a scope, which holds for what it runs synchronously. */
export function runIn<Args extends unknown[], Result>(
  scope: Scope | undefined,
  fn: (...args: Args) => Result,
  ...args: Args
): Result {
  const before = current;
  current = scope;
  try {
    return fn(...args);
  } finally {
    current = before;
  }
}

/** A promise reaction that only sets the scope for the reaction after it, if both are enclosed. */
export function reenter(scope: Scope | undefined): () => void {
  return () => {
    if (isEnclosed) current = scope;
  };
}

/**
 * Calls `settle`, which settles a promise. The jobs that this queues run in the scope, and no others do, because
 * microtasks run in the order in which they were queued.
 */
export function enclose(scope: Scope | undefined, settle: () => void): void {
  queueMicrotask(() => {
    isEnclosed = true;
    current = scope;
  });
  settle();
  queueMicrotask(() => {
    isEnclosed = false;
    current = undefined;
  });
}

/** Replaces `owner`'s link for the rest of the running job. */
export function linkForJob(owner: object, value: unknown): void {
  current = withLink(current, owner, value);
  queueMicrotask(() => {
    current = without(current, owner);
  });
}

/** A function that always runs `fn` in the given scope; anything but a function as it is. */
export function bind(scope: Scope | undefined, fn: unknown): unknown {
  if (typeof fn !== "function") return fn;
  return (value: unknown) => runIn(scope, () => (fn as (value: unknown) => unknown)(value));
}

function without(scope: Scope | undefined, owner: object): Scope | undefined {
  if (!scope) return undefined;
  const outer = without(scope.outer, owner);
  if (scope.owner === owner) return outer;
  return outer === scope.outer ? scope : { ...scope, outer };
}
