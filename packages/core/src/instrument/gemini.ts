import { maybeText, toRecord, type Fields } from "../model/json.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { describeModelCall } from "./model-call.js";
import type { AutoTracingOptions } from "./recording.js";
import { traceClasses, traceRoutes, type ClientTrace, type Route } from "./traced-routes.js";
import { dimensionsOfEach } from "./vectors.js";

const routes: readonly Route[] = [
  {
    path: "models.generateContent",
    classMethod: "generateContentInternal",
    spanType: SpanType.CHAT_MODEL,
    isExpected: true,
    answerFields: ["candidates", "promptFeedback"],
    describe,
  },
  {
    path: "models.generateContentStream",
    classMethod: "generateContentStreamInternal",
    spanType: SpanType.CHAT_MODEL,
    isExpected: true,
    outputReducer: foldResponses,
    describe,
  },
  {
    path: "models.embedContent",
    classMethod: "embedContentInternal",
    spanType: SpanType.EMBEDDING,
    isExpected: true,
    answerFields: ["embeddings"],
    describe: describeVectors,
  },
];

const gemini: ClientTrace = { sdk: "gemini", routes, provider: "google", inputsOf: withoutTransport };

/**
 * Traces `models.generateContent`, `generateContentStream` and `embedContent` of a `GoogleGenAI` client from now on, including
 * those that its chats make, and returns the client.
 */
export function tracedGemini<Client extends object>(
  client: Client,
  options: AutoTracingOptions = {},
): Client {
  return traceRoutes(client, gemini, options);
}

/**
 * The same for all clients. Takes the module, because its `Models` class makes the requests: a loop of function calls
 * has a span for each. Returns a function that undoes it, or undefined if it is not that module.
 */
export function traceGeminiModule(
  module: object,
  options: AutoTracingOptions = {},
): (() => void) | undefined {
  return traceClasses(module, gemini, options);
}

/** Leaves out transport options, because a request may bring its own headers. */
function withoutTransport(request: unknown): unknown {
  const { config, ...rest } = toRecord(request);
  if (config === undefined) return request;
  const { httpOptions: _transport, abortSignal: _signal, ...asked } = toRecord(config);
  return { ...rest, config: asked };
}

/** Source: Gemini's API reference, "UsageMetadata". */
function describe(span: LiveSpan, outputs: unknown): unknown {
  const { modelVersion: model, usageMetadata, candidates, promptFeedback } = toRecord(outputs);
  const {
    promptTokenCount,
    candidatesTokenCount,
    thoughtsTokenCount,
    totalTokenCount,
    cachedContentTokenCount,
  } = toRecord(usageMetadata);
  const thoughts = typeof thoughtsTokenCount === "number" ? thoughtsTokenCount : 0;
  describeModelCall(span, {
    model,
    usage: {
      input_tokens: promptTokenCount,
      output_tokens:
        typeof candidatesTokenCount === "number" ? candidatesTokenCount + thoughts : candidatesTokenCount,
      total_tokens: totalTokenCount,
      cache_read_input_tokens: cachedContentTokenCount,
    },
  });
  // The SDK's response has a class with getters; what the model said is in these fields.
  return { candidates, promptFeedback, modelVersion: model, usageMetadata };
}

function describeVectors(_span: LiveSpan, outputs: unknown): unknown {
  const { embeddings } = toRecord(outputs);
  const vectors = Array.isArray(embeddings) ? embeddings.map((each) => toRecord(each)["values"]) : [];
  return { dimensions: dimensionsOfEach(vectors) };
}

/** Appends the parts of a stream in order, and joins neighbouring texts of the same kind. */
function foldResponses(responses: readonly unknown[]): unknown {
  const candidates: Fields[] = [];
  let folded: Fields = {};
  for (const { candidates: pieces, ...others } of responses.map(toRecord)) {
    folded = { ...folded, ...others };
    for (const piece of Array.isArray(pieces) ? pieces.map(toRecord) : []) {
      const place = typeof piece["index"] === "number" ? piece["index"] : 0;
      const { content: before, ...known } = candidates[place] ?? {};
      const content = toRecord(piece["content"]);
      const parts = [...partsOf(before), ...partsOf(content)].reduce<Fields[]>(addPart, []);
      candidates[place] = { ...known, ...piece, content: { ...toRecord(before), ...content, parts } };
    }
  }
  return { ...folded, candidates };
}

function partsOf(content: unknown): Fields[] {
  const { parts } = toRecord(content);
  return Array.isArray(parts) ? parts.map(toRecord) : [];
}

function addPart(parts: Fields[], part: Fields): Fields[] {
  const last = parts.at(-1);
  const [before, more] = [maybeText(last?.["text"]), maybeText(part["text"])];
  const isSameKind = last?.["thought"] === part["thought"];
  if (before === undefined || more === undefined || !isSameKind) return [...parts, part];
  return [...parts.slice(0, -1), { ...last, ...part, text: before + more }];
}
