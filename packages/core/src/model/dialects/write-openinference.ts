/**
 * Writes what a span says in OpenInference's conventions: the reverse of `openinferenceDialect`. Lists are flattened
 * into keys, such as `llm.input_messages.0.message.role`.
 *
 * Source: Arize-ai/openinference, spec/semantic_conventions.md
 */
import type { DescribedMessage, SpanDescription } from "../describe-span.js";
import type { RetrievedDocument } from "../document.js";
import type { MediaPart, MessagePart } from "../message.js";
import { withoutUndefined } from "../objects.js";
import { fromDouble, type Attributes, type Value } from "../values.js";

const kinds: Readonly<Record<string, string>> = {
  CHAT_MODEL: "LLM",
  LLM: "LLM",
  AGENT: "AGENT",
  TOOL: "TOOL",
  RETRIEVER: "RETRIEVER",
  RERANKER: "RERANKER",
  EMBEDDING: "EMBEDDING",
  CHAIN: "CHAIN",
  WORKFLOW: "CHAIN",
  TASK: "CHAIN",
  GUARDRAIL: "GUARDRAIL",
  EVALUATOR: "EVALUATOR",
};

export function toOpeninferenceAttributes(description: SpanDescription, name: string): Attributes {
  const { type, model, usage, cost, documents, messages, tools } = description;
  const said = (direction: DescribedMessage["direction"]) =>
    messages?.filter((message) => message.direction === direction).map(toMessage);
  const documentsKey = type === "RERANKER" ? "reranker.output_documents" : "retrieval.documents";
  const isModel = kinds[type] === "LLM";
  return {
    ...withoutUndefined({
      "openinference.span.kind": kinds[type] ?? "UNKNOWN",
      "tool.name": type === "TOOL" ? name : undefined,
      ...valueOf("input", description.inputs),
      ...valueOf("output", description.outputs),
      [modelKey(type)]: model,
      "llm.provider": description.provider,
      "session.id": description.sessionId,
      "user.id": description.userId,
      "llm.token_count.prompt": usage?.inputTokens,
      "llm.token_count.completion": usage?.outputTokens,
      "llm.token_count.total": usage?.totalTokens,
      "llm.token_count.prompt_details.cache_read": usage?.cacheReadInputTokens,
      "llm.token_count.prompt_details.cache_write": usage?.cacheCreationInputTokens,
      "llm.token_count.completion_details.reasoning": usage?.reasoningOutputTokens,
      "llm.cost.prompt": cost && fromDouble(cost.inputCost),
      "llm.cost.completion": cost && fromDouble(cost.outputCost),
      "llm.cost.total": cost && fromDouble(cost.totalCost),
    }),
    ...flattened(documentsKey, documents?.map(toDocument)),
    ...(isModel && flattened("llm.input_messages", said("input"))),
    ...(isModel && flattened("llm.output_messages", said("output"))),
    ...flattened(
      "llm.tools",
      tools?.map((tool) => ({ tool: { json_schema: JSON.stringify({ type: "function", function: tool }) } })),
    ),
  } as Record<string, Value>;
}

function modelKey(type: string): string {
  if (type === "EMBEDDING") return "embedding.model_name";
  return type === "RERANKER" ? "reranker.model_name" : "llm.model_name";
}

function valueOf(side: "input" | "output", value: unknown): Record<string, string> {
  if (value === undefined) return {};
  return typeof value === "string"
    ? { [`${side}.value`]: value, [`${side}.mime_type`]: "text/plain" }
    : { [`${side}.value`]: JSON.stringify(value), [`${side}.mime_type`]: "application/json" };
}

function toMessage({ role, name, parts }: DescribedMessage): object {
  const [only] = parts;
  const calls = parts.flatMap((part) => (part.type === "tool_call" ? [toCall(part)] : []));
  const answer = parts.find((part) => part.type === "tool_call_response");
  const contents = parts.flatMap(toContent);
  const isText = parts.length === 1 && only?.type === "text";
  return {
    message: withoutUndefined({
      role,
      name: name ?? answer?.name,
      content: isText ? only.text : answer && asText(answer.response),
      tool_call_id: answer?.id,
      contents: isText || contents.length === 0 ? undefined : contents,
      tool_calls: calls.length === 0 ? undefined : calls,
    }),
  };
}

function toCall({ id, name, arguments: given }: Extract<MessagePart, { type: "tool_call" }>): object {
  return {
    tool_call: withoutUndefined({ id, function: withoutUndefined({ name, arguments: asText(given) }) }),
  };
}

function toContent(part: MessagePart): object[] {
  if (part.type === "text" || part.type === "reasoning") {
    return [{ message_content: { type: part.type, text: part.text } }];
  }
  return part.type === "media" ? [{ message_content: toMedia(part) }] : [];
}

function toMedia({ modality, mimeType, data, url, fileId }: MediaPart): object {
  const place = url ?? (data === undefined ? fileId : `data:${mimeType ?? ""};base64,${data}`);
  if (modality === "image") return { type: "image", image: { image: { url: place } } };
  return { type: modality, [modality]: withoutUndefined({ url: place, mime_type: mimeType }) };
}

function toDocument({ id, content, score, metadata }: RetrievedDocument): object {
  const isBare = Object.keys(metadata).length === 0;
  return {
    document: withoutUndefined({
      id,
      content,
      score: score === undefined ? undefined : fromDouble(score),
      metadata: isBare ? undefined : JSON.stringify(metadata),
    }),
  };
}

function asText(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

/** Each text, number and boolean in the value, under its path. */
function flattened(path: string, value: unknown): Record<string, Value> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || "$double" in value) return { [path]: value as Value };
  const entries: [string, unknown][] = Object.entries(value);
  return Object.assign({}, ...entries.map(([key, item]) => flattened(`${path}.${key}`, item))) as Record<
    string,
    Value
  >;
}
