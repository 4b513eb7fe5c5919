/**
 * OpenAI's SDK, and every endpoint that speaks its protocol. The SDK has no hook of its own, so the methods that call a
 * model are wrapped on the client itself, where the SDK's helpers (`parse`, `stream`, `runTools`) call them too.
 */
import { maybeText, toRecord, type Fields } from "../model/json.js";
import { hasMethod } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { watchMethods } from "../record/watch.js";
import { isResponse } from "./is-response.js";
import { describeModelCall } from "./model-call.js";
import { foldChatChunks } from "./openai-chat-chunks.js";
import { foldResponseEvents } from "./openai-response-events.js";
import { foldImageEvents, withDimensions, withImageSize, withImageSizes } from "./openai-sizes.js";
import type { AutoTracingOptions } from "./recording.js";
import { promiseMethods } from "./sdk-promise.js";
import { traceClasses, traceRoutes, type ClientTrace, type Route } from "./traced-routes.js";

const responses = {
  answerFields: ["output"],
  spanType: SpanType.CHAT_MODEL,
  outputReducer: foldResponseEvents,
  describe: describeWhole,
};

const images = {
  spanType: SpanType.LLM,
  elementOf: withImageSize,
  outputReducer: foldImageEvents,
  describe: describeImages,
};

const routes: readonly Route[] = [
  {
    path: "chat.completions.create",
    isExpected: true,
    answerFields: ["choices"],
    spanType: SpanType.CHAT_MODEL,
    outputReducer: foldChatChunks,
    describe: describeWhole,
  },
  { path: "chat.completions.runTools", spanType: SpanType.AGENT, outcomeOf: runnerOutcome },
  { path: "responses.create", ...responses },
  { path: "beta.responses.create", ...responses },
  {
    path: "completions.create",
    spanType: SpanType.LLM,
    outputReducer: foldChatChunks,
    describe: describeWhole,
  },
  {
    path: "embeddings.create",
    spanType: SpanType.EMBEDDING,
    answerFields: ["data"],
    describe: describeVectors,
  },
  { path: "images.generate", ...images },
  { path: "images.edit", ...images },
].map((route) => ({ ...promiseMethods, ...route }));

const openai: ClientTrace = {
  sdk: "openai",
  routes,
  provider: "openai",
  attributesOf: describeEndpoint,
  copyMethod: "withOptions",
};

/**
 * Traces the calls of an OpenAI client from now on and returns it: chat completions, responses, completions, embeddings and
 * images, plain and streamed, also those of the SDK's helpers. It is the same object, with its types and all its methods;
 * `untraced` undoes it. Copies that its `withOptions` makes are traced too. Requests are not changed: chat streams have token
 * counts only if the caller asks for `stream_options: { include_usage: true }`. Headers and keys are not recorded; for vectors
 * and images only the sizes are.
 */
export function tracedOpenAI<Client extends object>(
  client: Client,
  options: AutoTracingOptions = {},
): Client {
  return traceRoutes(client, openai, options);
}

/** The same for all clients of the SDK's class. Returns a function that undoes it, or undefined if it is not that class. */
export function traceOpenAIClass(OpenAI: object, options: AutoTracingOptions = {}): (() => void) | undefined {
  return traceClasses(OpenAI, openai, options);
}

function describeWhole(span: LiveSpan, outputs: unknown): unknown {
  // The result of `asResponse`.
  if (isResponse(outputs)) {
    span.setAttribute("http.response.status_code", outputs.status);
    return undefined;
  }
  describeModelCall(span, outputs);
  const { status, error } = toRecord(outputs);
  // A response may arrive intact and report that the model failed.
  if (status === "failed") span.setStatus("ERROR", maybeText(toRecord(error)["message"]));
  return outputs;
}

interface Runner {
  readonly messages: readonly unknown[];
  on(event: "end", listener: () => void): unknown;
}

/**
 * The last message of a tool loop. The SDK's own promises are not used: once one has been requested, the program is no
 * longer told of unhandled errors.
 */
function runnerOutcome(result: object): PromiseLike<unknown> | undefined {
  if (!hasMethod(result, "on") || !hasMethod(result, "_emit")) return undefined;
  const runner = result as Runner;
  return new Promise((resolve, reject) => {
    watchMethods(runner, {
      _emit(emit, args) {
        const [event, error] = args;
        if (event === "error" || event === "abort") reject(error as Error);
        return emit(...args);
      },
    });
    runner.on("end", () => resolve(runner.messages.at(-1)));
  });
}

/** Names the endpoint by its host, because Azure and many others use this client too. */
function describeEndpoint(owner: unknown): Fields {
  const { baseURL } = toRecord(toRecord(owner)["_client"]);
  const host = typeof baseURL === "string" && URL.canParse(baseURL) ? new URL(baseURL).host : undefined;
  return host === undefined ? {} : { "server.address": host };
}

function describeVectors(span: LiveSpan, outputs: unknown): unknown {
  return withDimensions(describeWhole(span, outputs));
}

function describeImages(span: LiveSpan, outputs: unknown): unknown {
  return withImageSizes(describeWhole(span, outputs));
}
