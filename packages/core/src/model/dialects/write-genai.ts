/**
 * Writes what a span says in OpenTelemetry's conventions for generative AI: the reverse of `genaiDialect`. Those
 * conventions have a place for inputs and outputs only of a conversation, a tool call, or a retrieval.
 *
 * Source: open-telemetry/semantic-conventions-genai, docs/gen-ai-spans.md
 */
import type { DescribedMessage, SpanDescription } from "../describe-span.js";
import type { MediaPart, MessagePart } from "../message.js";
import { withoutUndefined } from "../objects.js";
import type { Attributes, Value } from "../values.js";

const operations: Readonly<Record<string, string>> = {
  CHAT_MODEL: "chat",
  LLM: "text_completion",
  AGENT: "invoke_agent",
  TOOL: "execute_tool",
  RETRIEVER: "retrieval",
  RERANKER: "rerank",
  EMBEDDING: "embeddings",
  CHAIN: "invoke_workflow",
  WORKFLOW: "invoke_workflow",
};

export function toGenaiAttributes(description: SpanDescription, name: string): Attributes {
  const { type, model, usage, tools } = description;
  return withoutUndefined({
    "gen_ai.operation.name": operations[type],
    "gen_ai.evaluation.name": type === "EVALUATOR" ? name : undefined,
    "gen_ai.agent.name": type === "AGENT" ? name : undefined,
    "gen_ai.request.model": model,
    "gen_ai.response.model": model,
    "gen_ai.provider.name": description.provider,
    "gen_ai.conversation.id": description.sessionId,
    "gen_ai.usage.input_tokens": usage?.inputTokens,
    "gen_ai.usage.output_tokens": usage?.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": usage?.cacheReadInputTokens,
    "gen_ai.usage.cache_creation.input_tokens": usage?.cacheCreationInputTokens,
    "gen_ai.usage.reasoning.output_tokens": usage?.reasoningOutputTokens,
    "gen_ai.tool.definitions": jsonText(tools?.map((tool) => ({ type: "function", ...tool }))),
    ...contentsOf(description, name),
  }) as Record<string, Value>;
}

function contentsOf(description: SpanDescription, name: string): Record<string, Value | undefined> {
  const { type, inputs, outputs, documents, messages } = description;
  if (type === "TOOL") {
    return {
      "gen_ai.tool.name": name,
      "gen_ai.tool.call.arguments": jsonText(inputs),
      "gen_ai.tool.call.result": jsonText(outputs),
    };
  }
  if (type === "RETRIEVER" || type === "RERANKER") {
    return {
      "gen_ai.retrieval.query.text": maybeQuery(inputs),
      "gen_ai.retrieval.documents": jsonText(documents),
    };
  }
  const isModel = type === "LLM" || type === "CHAT_MODEL";
  if (!messages && !isModel) return {};
  return {
    "gen_ai.input.messages": jsonText(messagesOf(messages, "input") ?? plainMessages("user", inputs)),
    "gen_ai.output.messages": jsonText(messagesOf(messages, "output") ?? plainMessages("assistant", outputs)),
  };
}

function messagesOf(
  messages: readonly DescribedMessage[] | undefined,
  direction: DescribedMessage["direction"],
): object[] | undefined {
  const said = messages?.filter((message) => message.direction === direction) ?? [];
  if (said.length === 0) return undefined;
  return said.map(({ role, name, parts, finishReason }) =>
    withoutUndefined({ role, name, parts: parts.map(toPart), finish_reason: finishReason }),
  );
}

/** For a model that was asked in something other than messages. */
function plainMessages(role: string, value: unknown): object[] | undefined {
  if (value === undefined) return undefined;
  const content = typeof value === "string" ? value : JSON.stringify(value);
  return [{ role, parts: [{ type: "text", content }] }];
}

function toPart(part: MessagePart): unknown {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { type: part.type, content: part.text };
    case "media":
      return toMediaPart(part);
    case "other":
      return part.value;
    case "tool_call":
    case "tool_call_response":
      return part;
  }
}

function toMediaPart({ modality, mimeType, data, url, fileId }: MediaPart): object {
  const about = { modality, mime_type: mimeType };
  if (data !== undefined) return withoutUndefined({ type: "blob", ...about, content: data });
  if (url !== undefined) return withoutUndefined({ type: "uri", ...about, uri: url });
  return withoutUndefined({ type: "file", ...about, file_id: fileId });
}

/** A retriever's query is a text, by itself or as the only argument. */
function maybeQuery(inputs: unknown): string | undefined {
  const [only, ...others] =
    typeof inputs === "object" && inputs !== null ? (Object.values(inputs) as unknown[]) : [inputs];
  return typeof only === "string" && others.length === 0 ? only : undefined;
}

function jsonText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
