export { tracedOpenAI } from "./instrument/openai.js";
export { untraced } from "./instrument/switches.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
