import { maybeText, toRecord, type Fields } from "../model/json.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { describeModelCall } from "./model-call.js";
import type { AutoTracingOptions } from "./recording.js";
import { traceClasses, traceRoutes, type ClientTrace, type Route } from "./traced-routes.js";
import { dimensionsOfEach } from "./vectors.js";

const routes: readonly Route[] = [
  {
    path: "chat",
    isExpected: true,
    answerFields: ["message"],
    spanType: SpanType.CHAT_MODEL,
    outputReducer: foldParts,
    describe,
  },
  {
    path: "generate",
    isExpected: true,
    answerFields: ["response"],
    spanType: SpanType.LLM,
    outputReducer: foldParts,
    describe,
  },
  {
    path: "embed",
    isExpected: true,
    answerFields: ["embeddings"],
    spanType: SpanType.EMBEDDING,
    describe: describeVectors,
  },
];

const ollama: ClientTrace = { sdk: "ollama", routes, provider: "ollama" };

/** Traces `chat`, `generate` and `embed` of an Ollama client from now on, plain and streamed, and returns it. */
export function tracedOllama<Client extends object>(
  client: Client,
  options: AutoTracingOptions = {},
): Client {
  return traceRoutes(client, ollama, options);
}

/** The same for all clients of the SDK's class. Returns a function that undoes it, or undefined if it is not that class. */
export function traceOllamaClass(Ollama: object, options: AutoTracingOptions = {}): (() => void) | undefined {
  return traceClasses(Ollama, ollama, options);
}

/** Ollama puts the token counts next to the answer. Source: its API reference, "Generate a chat completion". */
function describe(span: LiveSpan, outputs: unknown): unknown {
  const { model, prompt_eval_count: inputTokens, eval_count: outputTokens } = toRecord(outputs);
  describeModelCall(span, { model, usage: { inputTokens, outputTokens } });
  return outputs;
}

function describeVectors(span: LiveSpan, outputs: unknown): unknown {
  const { embeddings, ...others } = toRecord(describe(span, outputs));
  return { ...others, dimensions: dimensionsOfEach(embeddings) };
}

/** The last part has the counts, the earlier ones the text. */
function foldParts(parts: readonly unknown[]): unknown {
  const all = parts.map(toRecord);
  const whole = { ...all.at(-1), ...listed(all, "logprobs") };
  const messages = all.map(({ message }) => toRecord(message));
  if (!all.some(({ message }) => message !== undefined)) {
    return { ...whole, response: joined(all, "response"), ...thoughts(all) };
  }
  return {
    ...whole,
    message: {
      ...messages.at(-1),
      content: joined(messages, "content"),
      ...thoughts(messages),
      ...listed(messages, "tool_calls"),
    },
  };
}

function joined(parts: readonly Fields[], key: string): string {
  return parts.map((part) => maybeText(part[key]) ?? "").join("");
}

function thoughts(parts: readonly Fields[]): Fields {
  const thinking = joined(parts, "thinking");
  return thinking === "" ? {} : { thinking };
}

/** The items of all parts under this key, if there are any. */
function listed(parts: readonly Fields[], key: string): Fields {
  const items = parts.flatMap(({ [key]: some }) => (Array.isArray(some) ? (some as unknown[]) : []));
  return items.length === 0 ? {} : { [key]: items };
}
