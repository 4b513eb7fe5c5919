export { tracedPipeline, tracedPipelineLoader } from "./instrument/huggingface.js";
export { untraced } from "./instrument/switches.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
