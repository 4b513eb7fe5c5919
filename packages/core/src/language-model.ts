export { traceLanguageModel, type LanguageModelTracingOptions } from "./instrument/language-model.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
