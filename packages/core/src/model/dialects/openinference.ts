import { toDocuments } from "../document.js";
import { toRecord, unwrapJson } from "../json.js";
import { textMessage, toMessages, toRequestMessages, toResponseMessages, type Message } from "../message.js";
import { toTools } from "../tool-definition.js";
import type { Attributes } from "../values.js";
import type { Dialect } from "./dialect.js";
import { decodeJson } from "./mlflow.js";
import { countAt, hasPrefix, jsonAt, listAt, lookUp, textAt, toUsage } from "./read.js";

const types: Readonly<Record<string, string>> = {
  EMBEDDING: "EMBEDDING",
  CHAIN: "CHAIN",
  PROMPT: "CHAIN",
  RETRIEVER: "RETRIEVER",
  RERANKER: "RERANKER",
  TOOL: "TOOL",
  AGENT: "AGENT",
  GUARDRAIL: "GUARDRAIL",
  EVALUATOR: "EVALUATOR",
};

/** Arize's conventions (Phoenix). Source: Arize-ai/openinference, spec/semantic_conventions.md */
export const openinferenceDialect: Dialect = {
  type(attributes) {
    const kind = textAt(attributes, "openinference.span.kind")?.toUpperCase();
    if (kind !== "LLM") return lookUp(types, kind);
    const hasMessages =
      hasPrefix(attributes, "llm.input_messages.") || hasPrefix(attributes, "llm.output_messages.");
    return hasMessages ? "CHAT_MODEL" : "LLM";
  },
  inputs(attributes) {
    const value = valueAt(attributes, "input");
    if (value !== undefined) return value;
    return messagesAt(attributes, "llm.input_messages") ?? textsAt(attributes, "llm.prompts");
  },
  outputs(attributes) {
    const value = valueAt(attributes, "output");
    if (value !== undefined) return value;
    return (
      messagesAt(attributes, "llm.output_messages") ??
      documentsAt(attributes) ??
      textsAt(attributes, "llm.choices")
    );
  },
  inputMessages: (attributes) =>
    toMessages(messagesAt(attributes, "llm.input_messages")) ??
    toTextMessages(attributes, "llm.prompts", "user") ??
    toRequestMessages(valueAt(attributes, "input")),
  outputMessages: (attributes) =>
    toMessages(messagesAt(attributes, "llm.output_messages")) ??
    toTextMessages(attributes, "llm.choices", "assistant") ??
    toResponseMessages(valueAt(attributes, "output")),
  documents: (attributes) => toDocuments(documentsAt(attributes)),
  tools: (attributes) => toTools(listAt(attributes, "llm.tools")?.map((item) => toRecord(item)["tool"])),
  model: (attributes) =>
    textAt(
      attributes,
      "llm.response.model_name",
      "llm.model_name",
      "embedding.model_name",
      "reranker.model_name",
    ),
  provider: (attributes) => textAt(attributes, "llm.provider", "llm.system"),
  usage: (attributes) =>
    toUsage({
      inputTokens: countAt(attributes, "llm.token_count.prompt"),
      outputTokens: countAt(attributes, "llm.token_count.completion"),
      totalTokens: countAt(attributes, "llm.token_count.total"),
      cacheReadInputTokens: countAt(attributes, "llm.token_count.prompt_details.cache_read"),
      cacheCreationInputTokens: countAt(attributes, "llm.token_count.prompt_details.cache_write"),
      reasoningOutputTokens: countAt(attributes, "llm.token_count.completion_details.reasoning"),
    }),
  cost(attributes) {
    const inputCost = countAt(attributes, "llm.cost.prompt");
    const outputCost = countAt(attributes, "llm.cost.completion");
    const totalCost = countAt(attributes, "llm.cost.total") ?? (inputCost ?? 0) + (outputCost ?? 0);
    if (inputCost === undefined && outputCost === undefined && totalCost === 0) return undefined;
    return { inputCost: inputCost ?? 0, outputCost: outputCost ?? 0, totalCost };
  },
  sessionId: (attributes) => textAt(attributes, "session.id"),
  userId: (attributes) => textAt(attributes, "user.id"),
};

// A value is what its MIME type says; without one, its first character shows whether it is JSON.
function valueAt(attributes: Attributes, side: "input" | "output"): unknown {
  const mimeType = textAt(attributes, `${side}.mime_type`);
  const value = attributes[`${side}.value`];
  if (typeof value !== "string" || mimeType === undefined) return jsonAt(attributes, `${side}.value`);
  if (mimeType.startsWith("text/")) return value;
  const decoded = mimeType === "application/json" ? decodeJson(value) : value;
  return unwrapJson(decoded);
}

function messagesAt(attributes: Attributes, prefix: string): readonly unknown[] | undefined {
  return listAt(attributes, prefix)?.map((item) => toRecord(item)["message"] ?? item);
}

function documentsAt(attributes: Attributes): readonly unknown[] | undefined {
  const list =
    listAt(attributes, "retrieval.documents") ??
    listAt(attributes, "reranker.output_documents") ??
    listAt(attributes, "reranker.input_documents");
  return list?.map((item) => toRecord(item)["document"] ?? item);
}

/** Prompts and choices of completions, each a text, or `prompt.text` and `completion.text`. */
function textsAt(attributes: Attributes, prefix: string): readonly string[] | undefined {
  const texts = listAt(attributes, prefix)?.map((item) => {
    const fields = toRecord(item);
    const inner = toRecord(fields["prompt"] ?? fields["completion"] ?? fields);
    return typeof item === "string" ? item : inner["text"];
  });
  return texts?.every((text) => typeof text === "string") ? texts : undefined;
}

function toTextMessages(attributes: Attributes, prefix: string, role: string): Message[] | undefined {
  return textsAt(attributes, prefix)?.map((text) => textMessage(role, text));
}
