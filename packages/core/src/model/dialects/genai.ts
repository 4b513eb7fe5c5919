import { toDocuments } from "../document.js";
import { maybeText, toRecord, unwrapJson } from "../json.js";
import { toMessages, toSystemMessages, type Message } from "../message.js";
import type { Span, SpanEvent } from "../span.js";
import { toTools } from "../tool-definition.js";
import { toPlain } from "../values.js";
import type { Dialect } from "./dialect.js";
import { countAt, hasPrefix, jsonAt, lookUp, oneOrAll, textAt, toUsage } from "./read.js";

const types: Readonly<Record<string, string>> = {
  chat: "CHAT_MODEL",
  generate_content: "CHAT_MODEL",
  text_completion: "LLM",
  invoke_agent: "AGENT",
  create_agent: "AGENT",
  execute_tool: "TOOL",
  retrieval: "RETRIEVER",
  rerank: "RERANKER",
  embeddings: "EMBEDDING",
  invoke_workflow: "CHAIN",
  plan: "CHAIN",
};

/**
 * OpenTelemetry's conventions for generative AI, with messages as attributes or, as in earlier versions, as events.
 *
 * Source: open-telemetry/semantic-conventions-genai, docs/gen-ai-spans.md
 */
export const genaiDialect: Dialect = {
  type: (attributes) =>
    lookUp(types, textAt(attributes, "gen_ai.operation.name")) ??
    (hasPrefix(attributes, "gen_ai.evaluation.") ? "EVALUATOR" : undefined),
  inputs: (attributes, span) =>
    oneOrAll({
      system: jsonAt(attributes, "gen_ai.system_instructions"),
      messages: jsonAt(attributes, "gen_ai.input.messages") ?? maybeList(promptEvents(span)),
      tools: jsonAt(attributes, "gen_ai.tool.definitions"),
    }) ??
    jsonAt(attributes, "gen_ai.tool.call.arguments") ??
    textAt(attributes, "gen_ai.retrieval.query.text"),
  outputs: (attributes, span) =>
    jsonAt(attributes, "gen_ai.output.messages", "gen_ai.tool.call.result", "gen_ai.retrieval.documents") ??
    maybeList(choiceEvents(span)),
  inputMessages(attributes, span) {
    const messages = toMessages(jsonAt(attributes, "gen_ai.input.messages") ?? promptEvents(span));
    const system = toSystemMessages(jsonAt(attributes, "gen_ai.system_instructions"));
    return maybeList<Message>([...system, ...(messages ?? [])]);
  },
  outputMessages: (attributes, span) =>
    toMessages(jsonAt(attributes, "gen_ai.output.messages") ?? choiceEvents(span)),
  documents: (attributes) => toDocuments(jsonAt(attributes, "gen_ai.retrieval.documents")),
  tools: (attributes) => toTools(jsonAt(attributes, "gen_ai.tool.definitions")),
  model: (attributes) => textAt(attributes, "gen_ai.response.model", "gen_ai.request.model"),
  provider: (attributes) => textAt(attributes, "gen_ai.provider.name", "gen_ai.system"),
  usage: (attributes) =>
    toUsage({
      inputTokens: countAt(attributes, "gen_ai.usage.input_tokens"),
      outputTokens: countAt(attributes, "gen_ai.usage.output_tokens"),
      cacheReadInputTokens: countAt(
        attributes,
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
      ),
      cacheCreationInputTokens: countAt(
        attributes,
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_write_input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
      ),
      reasoningOutputTokens: countAt(
        attributes,
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_output_tokens",
      ),
    }),
  sessionId: (attributes) => textAt(attributes, "gen_ai.conversation.id"),
};

function promptEvents(span: Span): object[] {
  return eventMessages(span, /^gen_ai\.(system|user|assistant|tool)\.message$/);
}

function choiceEvents(span: Span): object[] {
  return eventMessages(span, /^gen_ai\.(choice)$/);
}

function eventMessages({ events = [] }: Span, name: RegExp): object[] {
  return events.flatMap((event) => {
    const role = name.exec(event.name)?.[1];
    return role === undefined ? [] : [eventMessage(event, role === "choice" ? "assistant" : role)];
  });
}

// The body is in the event's attributes, or is one JSON text in gen_ai.event.content.
function eventMessage({ attributes = {} }: SpanEvent, role: string): object {
  const plain = toRecord(toPlain(attributes));
  const body = { ...plain, ...toRecord(unwrapJson(plain["gen_ai.event.content"])) };
  const message = unwrapJson(body["message"]);
  const fields = typeof message === "string" ? { content: message } : toRecord(message);
  const content = unwrapJson(fields["content"] ?? body["content"] ?? body["message.content"] ?? "");
  // A tool's message has the id of the call it answers as its own id.
  const answered = role === "tool" ? { tool_call_id: maybeText(body["id"]) } : undefined;
  return { role, ...body, ...answered, ...fields, content };
}

function maybeList<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length > 0 ? list : undefined;
}
