/**
 * What is active, for everybody on the page: a chain with one link for each context manager that has a say. This is what
 * the platform would keep if it had AsyncContext, and the one piece of state that all managers share.
 */
export interface Scope {
  readonly owner: object;
  readonly value: unknown;
  readonly outer: Scope | undefined;
}

const { queueMicrotask } = globalThis;
let current: Scope | undefined;
/** The running job is one of those that `enclose` has enclosed. */
let isEnclosed = false;

/** Undefined where nothing is known: in a new task, and after an await that nobody carried. */
export function currentScope(): Scope | undefined {
  return current;
}

/** The scope with `owner`'s link replaced, so that the chain stays as short as there are owners. */
export function withLink(scope: Scope | undefined, owner: object, value: unknown): Scope {
  return { owner, value, outer: without(scope, owner) };
}

export function findLink(owner: object): Scope | undefined {
  let scope = current;
  while (scope && scope.owner !== owner) scope = scope.outer;
  return scope;
}

/** Calls `fn` in a scope: what it runs synchronously. */
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

/** The job of a reaction that does nothing else: the reaction behind it, if both are enclosed, runs in the scope. */
export function reenter(scope: Scope | undefined): () => void {
  return () => {
    if (isEnclosed) current = scope;
  };
}

/**
 * Calls `settle`, which settles a promise: the jobs that this queues run in the scope, and no other job does, because
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

/** Replaces `owner`'s link for what is left of the running job. */
export function linkForJob(owner: object, value: unknown): void {
  current = withLink(current, owner, value);
  queueMicrotask(() => {
    current = without(current, owner);
  });
}

/** The same function, which always runs in the scope in which it was bound. */
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
