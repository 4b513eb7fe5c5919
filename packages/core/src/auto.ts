/** Auto tracing of many libraries at once, by the modules that are passed in. */
export { autolog, type AutologModules } from "./instrument/autolog.js";
export { untraced } from "./instrument/switches.js";
export { traced } from "./instrument/traced-client.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
