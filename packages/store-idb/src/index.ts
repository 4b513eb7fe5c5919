export { openStore, type IdbStore, type OpenStoreOptions } from "./open-store.js";
export { persist } from "./persist.js";
