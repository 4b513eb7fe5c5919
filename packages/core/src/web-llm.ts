export { tracedWebLLM } from "./instrument/web-llm.js";
export { untraced } from "./instrument/switches.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
