import type { ClosingStore, TraceStore } from "./contract.js";

/** The `beforeClose` of a {@link ClosingStore} and the matching `close`, built on the store's own. */
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
