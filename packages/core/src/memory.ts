/** The store in memory, which is also the reference for all other stores. */
export { createMemoryStore } from "./store/memory-store.js";
