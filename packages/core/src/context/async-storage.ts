import type { ContextManager } from "./context-manager.js";

interface AsyncLocalStorage<Active> {
  getStore(): Active | undefined;
  run<Args extends unknown[], Result>(
    value: Active | undefined,
    fn: (...args: Args) => Result,
    ...args: Args
  ): Result;
}

interface AsyncHooks {
  readonly AsyncLocalStorage: new <Active>() => AsyncLocalStorage<Active>;
}

/**
 * Context by AsyncLocalStorage (Node, Deno, Bun), or undefined where the platform has none. The module is asked for at run
 * time, so that bundlers for browsers find nothing to resolve.
 */
export function maybeAsyncContext<Active>(): ContextManager<Active> | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  const hooks = process?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;
  if (!hooks) return undefined;
  const storage = new hooks.AsyncLocalStorage<Active>();
  return {
    active: () => storage.getStore(),
    run: (value, fn, ...args) => storage.run(value, fn, ...args),
  };
}
