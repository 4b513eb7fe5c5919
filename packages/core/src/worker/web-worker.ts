import type { StoreWorker } from "./connect.js";

/**
 * A browser's worker. One that a content security policy forbids reports that by an `error` event, shortly after its
 * start.
 */
export function webWorker(worker: Worker): StoreWorker {
  return {
    endpoint: worker,
    onDeath(listener) {
      worker.addEventListener("error", (event) => {
        listener(`the store's worker died: ${event.message || "it could not be started"}`);
      });
      worker.addEventListener("messageerror", () => listener("the store's worker sent something unreadable"));
    },
    terminate: () => worker.terminate(),
  };
}
