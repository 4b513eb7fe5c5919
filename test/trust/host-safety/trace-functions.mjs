// For `node --import`: a recorder's `trace` for behaviour.mjs. STORE is the file that it writes, or a kind of broken store.
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { openStore } from "@spanbook/store-sqljs";

const write = {
  hangs: () => new Promise(() => undefined),
  refuses: () => Promise.reject(new Error("refused")),
  throws: () => {
    throw new Error("thrown");
  },
}[process.env.STORE];
const store = write ? { ...createMemoryStore(), write } : await openStore(process.env.STORE);
const tracing = createTracing({ store, flushIntervalMs: 1, onError: () => undefined });
globalThis.traceFunction = tracing.trace;
