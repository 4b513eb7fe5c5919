import type { ClosingStore, TraceStore } from "./contract.js";

/** The two methods of a {@link ClosingStore} that belong together, over the store's own `close`. */
export function askedBeforeClose(close: TraceStore["close"]): Pick<ClosingStore, "beforeClose" | "close"> {
  const listeners = new Set<() => Promise<unknown>>();

  return {
    beforeClose(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      const asked = [...listeners];
      listeners.clear();
      if (asked.length > 0) await Promise.allSettled(asked.map((listener) => listener()));
      await close();
    },
  };
}
