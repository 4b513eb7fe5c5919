export { traceLlamaIndex } from "./instrument/llamaindex.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
