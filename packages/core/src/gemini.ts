export { tracedGemini } from "./instrument/gemini.js";
export { untraced } from "./instrument/switches.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
