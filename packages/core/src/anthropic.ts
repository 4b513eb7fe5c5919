export { tracedAnthropic } from "./instrument/anthropic.js";
export { untraced } from "./instrument/switches.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
