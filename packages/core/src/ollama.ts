export { tracedOllama } from "./instrument/ollama.js";
export { untraced } from "./instrument/switches.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
