/** The worker's whole program: the store, served. It is built into the package as text. */
import { exposeStore } from "@spanbook/core/worker";
import type { Endpoint } from "comlink";
import { openIdbStore } from "./idb-store.js";
import { holdLock, maybeLocks } from "./locks.js";
import type { IdbOpening } from "./start-worker.js";

exposeStore<IdbOpening>(globalThis as unknown as Endpoint, async ({ lifeLock, ...options }, report) => {
  const locks = maybeLocks();
  if (locks) await holdLock(locks, lifeLock, "exclusive").held;
  // Opening may take long, as an upgrade does: from now on the page knows that this worker lives.
  postMessage("alive");
  return { store: await openIdbStore(options, report), details: undefined };
});
