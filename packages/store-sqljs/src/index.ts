export { openStore, type OpenOptions, type SqljsStore } from "./open-store.js";
