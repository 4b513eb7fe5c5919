/** Loaded only if no worker can be started. */
export { openIdbStore } from "./idb-store.js";
