export { traceAgents, type AgentsModule } from "./instrument/openai-agents.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
