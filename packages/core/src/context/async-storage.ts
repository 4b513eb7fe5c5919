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

interface Platform {
  readonly process?: { getBuiltinModule?: (id: string) => unknown };
  /** Edge runtimes have it as a global, for example that of Next.js. */
  readonly AsyncLocalStorage?: AsyncHooks["AsyncLocalStorage"];
}

/**
 * Context through AsyncLocalStorage (Node, Deno, Bun, edge runtimes), or undefined if the platform has none. The module
 * is looked up at run time, so that browser bundlers find nothing to resolve.
 */
export function maybeAsyncContext<Active>(): ContextManager<Active> | undefined {
  const { process, AsyncLocalStorage } = globalThis as Platform;
  const hooks = process?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;
  const Storage = hooks?.AsyncLocalStorage ?? AsyncLocalStorage;
  if (!Storage) return undefined;
  const storage = new Storage<Active>();
  return {
    active: () => storage.getStore(),
    run: (value, fn, ...args) => storage.run(value, fn, ...args),
  };
}
