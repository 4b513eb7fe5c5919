import { maybeAsyncContext } from "./async-storage.js";
import { createAwaitContext } from "./await-context.js";
import type { ContextManager } from "./context-manager.js";

interface AsyncVariable<Active> {
  get(): Active | undefined;
  run<Args extends unknown[], Result>(
    value: Active | undefined,
    fn: (...args: Args) => Result,
    ...args: Args
  ): Result;
}

interface AsyncContextPlatform {
  readonly AsyncContext?: { readonly Variable?: new <Active>() => AsyncVariable<Active> };
}

/** Context by the best means the platform has: AsyncLocalStorage, AsyncContext, or our own tracking of awaits. */
export function createContext<Active>(): ContextManager<Active> {
  return maybeAsyncContext<Active>() ?? maybeVariable<Active>() ?? createAwaitContext<Active>();
}

/** https://github.com/tc39/proposal-async-context */
function maybeVariable<Active>(): ContextManager<Active> | undefined {
  const { AsyncContext } = globalThis as AsyncContextPlatform;
  if (!AsyncContext?.Variable) return undefined;
  const variable = new AsyncContext.Variable<Active>();
  return {
    active: () => variable.get(),
    run: (value, fn, ...args) => variable.run(value, fn, ...args),
  };
}
