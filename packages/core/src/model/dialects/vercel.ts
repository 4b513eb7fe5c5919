import { toRecord, unwrapJson } from "../json.js";
import { textMessage, toMessages, toRequestMessages, toSystemMessages, type Message } from "../message.js";
import { toTools } from "../tool-definition.js";
import type { Attributes } from "../values.js";
import type { Dialect } from "./dialect.js";
import { countAt, jsonAt, oneOrAll, textAt, toUsage } from "./read.js";

/** What the Vercel AI SDK writes by itself (`experimental_telemetry`). Source: vercel/ai, packages/ai/src/telemetry */
export const vercelDialect: Dialect = {
  type: (attributes) => typeOf(textAt(attributes, "ai.operationId") ?? ""),
  inputs: (attributes) =>
    jsonAt(attributes, "ai.prompt") ??
    oneOrAll({ messages: jsonAt(attributes, "ai.prompt.messages"), tools: toolsAt(attributes) }) ??
    jsonAt(attributes, "ai.toolCall.args", "ai.toolCall.input", "ai.value") ??
    listOfJson(jsonAt(attributes, "ai.values", "ai.documents")),
  outputs: (attributes) =>
    oneOrAll({
      text: textAt(attributes, "ai.response.text", "ai.result.text"),
      object: jsonAt(attributes, "ai.response.object", "ai.result.object"),
      toolCalls: jsonAt(attributes, "ai.response.toolCalls", "ai.result.toolCalls"),
    }) ??
    jsonAt(attributes, "ai.toolCall.result", "ai.toolCall.output", "ai.embedding") ??
    listOfJson(jsonAt(attributes, "ai.embeddings", "ai.ranking")),
  inputMessages(attributes) {
    const asked = toRecord(jsonAt(attributes, "ai.prompt"));
    const prompt = asked["prompt"];
    return (
      toMessages(jsonAt(attributes, "ai.prompt.messages")) ??
      toRequestMessages(asked) ??
      (typeof prompt === "string"
        ? [...toSystemMessages(asked["system"]), textMessage("user", prompt)]
        : toMessages(prompt))
    );
  },
  outputMessages(attributes): Message[] | undefined {
    const content = textAt(attributes, "ai.response.text", "ai.result.text", "ai.response.object");
    const calls = jsonAt(attributes, "ai.response.toolCalls", "ai.result.toolCalls");
    if (content === undefined && calls === undefined) return undefined;
    return toMessages({
      role: "assistant",
      content: content ?? "",
      reasoning: textAt(attributes, "ai.response.reasoning"),
      tool_calls: calls,
      finish_reason: textAt(attributes, "ai.response.finishReason", "ai.finishReason"),
    });
  },
  tools: (attributes) => toTools(toolsAt(attributes)),
  model: (attributes) => textAt(attributes, "ai.response.model", "ai.model.id"),
  provider: (attributes) => textAt(attributes, "ai.model.provider"),
  usage: (attributes) =>
    toUsage({
      inputTokens: countAt(attributes, "ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
      outputTokens: countAt(attributes, "ai.usage.outputTokens", "ai.usage.completionTokens"),
      totalTokens: countAt(attributes, "ai.usage.totalTokens"),
      cacheReadInputTokens: countAt(
        attributes,
        "ai.usage.inputTokenDetails.cacheReadTokens",
        "ai.usage.cachedInputTokens",
      ),
      cacheCreationInputTokens: countAt(attributes, "ai.usage.inputTokenDetails.cacheWriteTokens"),
      reasoningOutputTokens: countAt(
        attributes,
        "ai.usage.outputTokenDetails.reasoningTokens",
        "ai.usage.reasoningTokens",
      ),
    }),
  sessionId: (attributes) => textAt(attributes, ...metadataKeys("sessionId", "session_id", "session.id")),
  userId: (attributes) => textAt(attributes, ...metadataKeys("userId", "user_id", "user.id")),
};

/** A model call has the name of its operation, followed by `.doGenerate` or the like. */
function typeOf(operation: string): string | undefined {
  const [, name = ""] = /^ai\.([a-zA-Z]+)(\.do[A-Z]\w*)?$/.exec(operation) ?? [];
  if (/^(generate|stream)(Text|Object)$/.test(name)) return "CHAT_MODEL";
  if (/^embed(Many)?$/.test(name)) return "EMBEDDING";
  return name === "toolCall" ? "TOOL" : name === "rerank" ? "RERANKER" : undefined;
}

function toolsAt(attributes: Attributes): unknown {
  return listOfJson(jsonAt(attributes, "ai.prompt.tools"));
}

function listOfJson(value: unknown): unknown {
  return Array.isArray(value) ? value.map(unwrapJson) : value;
}

function metadataKeys(...names: readonly string[]): string[] {
  return names.map((name) => `ai.telemetry.metadata.${name}`);
}
