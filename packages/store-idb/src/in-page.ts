/** Loaded only where no worker can be had. */
export { openIdbStore } from "./idb-store.js";
