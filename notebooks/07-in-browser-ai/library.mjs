// The page's end of the worker.
import { inject, shareStore } from "@spanbook/core";

/** Starts the worker, which records into the page's store. `call` runs one of its jobs inside the active span. */
export async function openLibrary(store) {
  const worker = new Worker(new URL("./library-worker.mjs", import.meta.url), { type: "module" });
  const call = (job, argument, transfer = []) =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      const answered = new AbortController();
      port1.onmessage = ({ data }) => {
        answered.abort();
        port1.close();
        if (data.message === undefined) resolve(data.result);
        else reject(new Error(data.message));
      };
      const fail = ({ message }) => reject(new Error(`the worker failed: ${message ?? "it did not start"}`));
      worker.addEventListener("error", fail, { signal: answered.signal });
      worker.postMessage({ job, argument, trace: inject(), port: port2 }, [port2, ...transfer]);
    });
  const { port1, port2 } = new MessageChannel();
  shareStore(store, port1);
  await call("open", { port: port2 }, [port2]);
  return { call };
}
