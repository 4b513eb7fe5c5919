export { createAiTelemetry, traceAi, type AiTelemetry } from "./instrument/vercel-ai.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
