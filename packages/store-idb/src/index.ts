export { openStore, type IdbStore, type OpenStoreOptions } from "./open-store.js";
