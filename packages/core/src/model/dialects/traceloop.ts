import { toDocuments } from "../document.js";
import { toMessages, toRequestMessages, toResponseMessages } from "../message.js";
import { toTools } from "../tool-definition.js";
import type { Attributes } from "../values.js";
import type { Dialect } from "./dialect.js";
import { countAt, hasPrefix, jsonAt, listAt, lookUp, textAt, toUsage } from "./read.js";

const types: Readonly<Record<string, string>> = {
  workflow: "CHAIN",
  task: "CHAIN",
  agent: "AGENT",
  tool: "TOOL",
};

const requestTypes: Readonly<Record<string, string>> = {
  chat: "CHAT_MODEL",
  completion: "LLM",
  rerank: "RERANKER",
  embedding: "EMBEDDING",
};

/** OpenLLMetry's conventions. Source: traceloop/openllmetry, packages/opentelemetry-semantic-conventions-ai */
export const traceloopDialect: Dialect = {
  type: (attributes) =>
    lookUp(types, textAt(attributes, "traceloop.span.kind")) ??
    lookUp(requestTypes, textAt(attributes, "llm.request.type")) ??
    (hasPrefix(attributes, "db.vector.") ? "RETRIEVER" : undefined) ??
    (hasPrefix(attributes, "gen_ai.guardrail.") ? "GUARDRAIL" : undefined),
  inputs: (attributes) => jsonAt(attributes, "traceloop.entity.input") ?? promptsAt(attributes),
  outputs: (attributes) => jsonAt(attributes, "traceloop.entity.output") ?? completionsAt(attributes),
  inputMessages: (attributes) =>
    toMessages(withRole(promptsAt(attributes), "user")) ??
    toRequestMessages(jsonAt(attributes, "traceloop.entity.input")),
  outputMessages: (attributes) =>
    toMessages(withRole(completionsAt(attributes), "assistant")) ??
    toResponseMessages(jsonAt(attributes, "traceloop.entity.output")),
  documents: (attributes) => toDocuments(jsonAt(attributes, "traceloop.entity.output")),
  tools: (attributes) => toTools(listAt(attributes, "llm.request.functions")),
  model: (attributes) => textAt(attributes, "gen_ai.response.model", "gen_ai.request.model"),
  provider: (attributes) => textAt(attributes, "gen_ai.system"),
  usage: (attributes) =>
    toUsage({
      inputTokens: countAt(attributes, "gen_ai.usage.prompt_tokens"),
      outputTokens: countAt(attributes, "gen_ai.usage.completion_tokens"),
      totalTokens: countAt(attributes, "llm.usage.total_tokens", "gen_ai.usage.total_tokens"),
      cacheReadInputTokens: countAt(attributes, "gen_ai.usage.cache_read_input_tokens"),
      cacheCreationInputTokens: countAt(attributes, "gen_ai.usage.cache_creation_input_tokens"),
      reasoningOutputTokens: countAt(attributes, "gen_ai.usage.reasoning_tokens"),
    }),
  sessionId: (attributes) => textAt(attributes, ...propertyKeys("session_id", "sessionId", "session.id")),
  userId: (attributes) => textAt(attributes, ...propertyKeys("user_id", "userId", "user.id")),
};

function promptsAt(attributes: Attributes): readonly unknown[] | undefined {
  return listAt(attributes, "gen_ai.prompt") ?? listAt(attributes, "llm.prompts");
}

function completionsAt(attributes: Attributes): readonly unknown[] | undefined {
  return listAt(attributes, "gen_ai.completion") ?? listAt(attributes, "llm.completions");
}

// Completions of plain prompts come without a role.
function withRole(list: readonly unknown[] | undefined, role: string): object[] | undefined {
  return list?.map((item) => (typeof item === "object" ? { role, ...item } : { role, content: item }));
}

function propertyKeys(...names: readonly string[]): string[] {
  return names.map((name) => `traceloop.association.properties.${name}`);
}
