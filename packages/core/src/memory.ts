export { createMemoryStore } from "./store/memory-store.js";
