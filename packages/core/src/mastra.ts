export { createMastraBridge, type MastraBridge } from "./instrument/mastra.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
