export { createLangChainHandler, traceLangChain, type LangChainModule } from "./instrument/langchain.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
