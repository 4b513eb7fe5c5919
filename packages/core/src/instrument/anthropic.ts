/**
 * Anthropic's SDK. Its built-in OpenTelemetry spans, which `register()` of `/otel` records, do not contain what a raw
 * stream said; so its client is wrapped like OpenAI's, whose promises and streams come from the same generator.
 */
import { decodeJson } from "../model/dialects/mlflow.js";
import { maybeText, toRecord, type Fields } from "../model/json.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { isResponse } from "./is-response.js";
import { describeModelCall } from "./model-call.js";
import type { AutoTracingOptions } from "./recording.js";
import { promiseMethods } from "./sdk-promise.js";
import { traceClasses, traceRoutes, type ClientTrace, type Route } from "./traced-routes.js";

type Draft = Record<string, unknown>;

const messages = {
  spanType: SpanType.CHAT_MODEL,
  answerFields: ["content"],
  outputReducer: foldMessageEvents,
  describe,
  ...promiseMethods,
};

const routes: readonly Route[] = [
  { path: "messages.create", isExpected: true, ...messages },
  { path: "beta.messages.create", ...messages },
];

const anthropic: ClientTrace = {
  sdk: "anthropic",
  routes,
  provider: "anthropic",
  copyMethod: "withOptions",
};

/**
 * Traces the messages of an Anthropic client from now on, plain and streamed, including those of the SDK's helpers (`parse`,
 * `stream`, `toolRunner`), and returns the client. `untraced` undoes it. Headers and keys are not recorded.
 */
export function tracedAnthropic<Client extends object>(
  client: Client,
  options: AutoTracingOptions = {},
): Client {
  return traceRoutes(client, anthropic, options);
}

/** The same for all clients of the SDK's class. Returns a function that undoes it, or undefined if it is not that class. */
export function traceAnthropicClass(
  Anthropic: object,
  options: AutoTracingOptions = {},
): (() => void) | undefined {
  return traceClasses(Anthropic, anthropic, options);
}

function describe(span: LiveSpan, outputs: unknown): unknown {
  // The result of `asResponse`.
  if (isResponse(outputs)) {
    span.setAttribute("http.response.status_code", outputs.status);
    return undefined;
  }
  const { usage, ...message } = toRecord(outputs);
  describeModelCall(span, { model: message["model"], usage: usage && withCachedInput(toRecord(usage)) });
  return outputs;
}

/** Anthropic counts input read from or written to a cache separately; everyone else includes it in the input tokens. */
function withCachedInput(usage: Fields): Fields {
  const counts = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"].map((name) =>
    typeof usage[name] === "number" ? usage[name] : 0,
  );
  return { ...usage, input_tokens: counts.reduce((sum, count) => sum + count, 0) };
}

/**
 * Reassembles the message from a stream's events, even if the stream broke off. Source: Anthropic's API reference,
 * "Streaming messages".
 */
function foldMessageEvents(events: readonly unknown[]): unknown {
  let message: Draft = {};
  const blocks: Draft[] = [];
  const inputs = new Map<Draft, string>();
  for (const event of events.map(toRecord)) {
    const { type, index, delta, usage } = event;
    const place = typeof index === "number" && index >= 0 && index <= blocks.length ? index : blocks.length;
    if (type === "message_start") message = { ...toRecord(event["message"]) };
    else if (type === "message_delta") {
      message = {
        ...message,
        ...toRecord(delta),
        usage: { ...toRecord(message["usage"]), ...toRecord(usage) },
      };
    } else if (type === "content_block_start") blocks[place] = { ...toRecord(event["content_block"]) };
    else if (type === "content_block_delta") addDelta((blocks[place] ??= {}), toRecord(delta), inputs);
  }
  // Stays text if the stream broke off in it.
  for (const [block, text] of inputs) block["input"] = decodeJson(text || "{}");
  return { ...message, content: blocks };
}

function addDelta(block: Draft, delta: Fields, inputs: Map<Draft, string>): void {
  const append = (key: string) => {
    block[key] = (maybeText(block[key]) ?? "") + (maybeText(delta[key]) ?? "");
  };
  switch (delta["type"]) {
    case "text_delta":
      return append("text");
    case "thinking_delta":
      return append("thinking");
    case "signature_delta":
      return append("signature");
    case "compaction_delta":
      return append("content");
    case "input_json_delta":
      return void inputs.set(block, (inputs.get(block) ?? "") + (maybeText(delta["partial_json"]) ?? ""));
    case "citations_delta": {
      const before = Array.isArray(block["citations"]) ? (block["citations"] as unknown[]) : [];
      block["citations"] = [...before, delta["citation"]];
    }
  }
}
