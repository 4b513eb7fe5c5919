/** The worker's whole program: it serves the store. The build embeds it in the package as text. */
import { exposeStore } from "@spanbook/core/worker";
import type { Endpoint } from "comlink";
import { openIdbStore } from "./idb-store.js";
import { holdLock, maybeLocks } from "./locks.js";
import type { IdbOpening } from "./start-worker.js";

exposeStore<IdbOpening>(globalThis as unknown as Endpoint, async ({ lifeLock, ...options }, report) => {
  const locks = maybeLocks();
  if (locks) await holdLock(locks, lifeLock, "exclusive").held;
  // Opening may take long, for example during an upgrade; this tells the page that the worker is alive.
  postMessage("alive");
  return { store: await openIdbStore(options, report), details: undefined };
});
