import { toDocuments } from "../document.js";
import { toRecord, unwrapJson, type Fields } from "../json.js";
import { toRequestMessages, toResponseMessages } from "../message.js";
import { isRecord } from "../objects.js";
import { toTools } from "../tool-definition.js";
import type { Attributes } from "../values.js";
import type { Dialect } from "./dialect.js";
import { jsonAt, lookUp, textAt, toUsage } from "./read.js";

/** A plain span and an event have no type here. */
const types: Readonly<Record<string, string>> = {
  agent: "AGENT",
  tool: "TOOL",
  chain: "CHAIN",
  retriever: "RETRIEVER",
  embedding: "EMBEDDING",
  guardrail: "GUARDRAIL",
  evaluator: "EVALUATOR",
};

/**
 * What Langfuse's SDKs write since they are built on OpenTelemetry. Source: langfuse/langfuse-python,
 * langfuse/_client/attributes.py
 */
export const langfuseDialect: Dialect = {
  type(attributes) {
    const type = textAt(attributes, "langfuse.observation.type")?.toLowerCase();
    if (type !== "generation") return lookUp(types, type);
    return toRequestMessages(inputAt(attributes)) ? "CHAT_MODEL" : "LLM";
  },
  inputs: inputAt,
  outputs: outputAt,
  inputMessages: (attributes) => toRequestMessages(inputAt(attributes)),
  outputMessages: (attributes) => toResponseMessages(outputAt(attributes)),
  documents: (attributes) => toDocuments(outputAt(attributes)),
  tools: (attributes) => toTools(toRecord(inputAt(attributes))["tools"]),
  model: (attributes) => textAt(attributes, "langfuse.observation.model.name"),
  usage(attributes) {
    const details = detailsAt(attributes, "langfuse.observation.usage_details");
    return toUsage({
      inputTokens: sumOf(details, /^[^.]*(input|prompt)[^.]*$/),
      outputTokens: sumOf(details, /^[^.]*(output|completion)[^.]*$/),
      totalTokens: sumOf(details, /^total(_tokens)?$/),
      cacheReadInputTokens: sumOf(details, /cached|cache_read/),
      cacheCreationInputTokens: sumOf(details, /cache_(creation|write)/),
      reasoningOutputTokens: sumOf(details, /reasoning/),
    });
  },
  cost(attributes) {
    const details = detailsAt(attributes, "langfuse.observation.cost_details");
    const inputCost = sumOf(details, /input/) ?? 0;
    const outputCost = sumOf(details, /output/) ?? 0;
    const totalCost = sumOf(details, /^total$/) ?? inputCost + outputCost;
    return totalCost === 0 ? undefined : { inputCost, outputCost, totalCost };
  },
  failure: (attributes) =>
    textAt(attributes, "langfuse.observation.level") === "ERROR"
      ? (textAt(attributes, "langfuse.observation.status_message") ?? "")
      : undefined,
  sessionId: (attributes) => textAt(attributes, "langfuse.session.id"),
  userId: (attributes) => textAt(attributes, "langfuse.user.id"),
};

function inputAt(attributes: Attributes): unknown {
  return jsonAt(attributes, "langfuse.observation.input");
}

function outputAt(attributes: Attributes): unknown {
  return jsonAt(attributes, "langfuse.observation.output");
}

/** Numbers by name; those nested in OpenAI's `prompt_tokens_details` and the like have a dot in their name. */
function detailsAt(attributes: Attributes, key: string): Fields {
  const entries = Object.entries(toRecord(unwrapJson(attributes[key])));
  return Object.fromEntries(
    entries.flatMap(([name, value]) =>
      isRecord(value)
        ? Object.entries(value).map(([inner, count]): [string, unknown] => [`${name}.${inner}`, count])
        : [[name, value] as [string, unknown]],
    ),
  );
}

/**
 * Langfuse counts a token or dollar once: everything with "input" in its name adds up to the input, with "output" to
 * the output.
 */
function sumOf(details: Fields, name: RegExp): number | undefined {
  const counts = Object.entries(details).flatMap(([key, count]) =>
    name.test(key) && typeof count === "number" && count >= 0 ? [count] : [],
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count);
}
