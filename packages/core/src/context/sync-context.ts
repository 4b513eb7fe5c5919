import type { ContextManager } from "./current.js";

/** Context that holds for synchronous calls only: after an await nothing is active. */
export function createSyncContext<Active>(): ContextManager<Active> {
  let current: Active | undefined;
  return {
    active: () => current,
    run(value, fn) {
      const before = current;
      current = value;
      try {
        return fn();
      } finally {
        current = before;
      }
    },
  };
}
