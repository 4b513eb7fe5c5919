/**
 * OpenAI's SDK, and every endpoint that speaks its protocol. The SDK has no hook of its own: the methods of the client that
 * ask a model are wrapped on the client itself, where the SDK's helpers (`parse`, `stream`, `runTools`) call them too.
 */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { isRecord, maybeText, toRecord } from "../model/json.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { hasMethod, watchMethods } from "../record/watch.js";
import { describeModelCall } from "./model-call.js";
import { foldChatChunks } from "./openai-chat-chunks.js";
import { foldResponseEvents } from "./openai-response-events.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { switchOn } from "./switches.js";
import { traceMethod, type MethodTrace } from "./traced-method.js";

type Fields = Readonly<Record<string, unknown>>;

interface Route extends Pick<MethodTrace, "outcomeOf"> {
  /** The method's place on the client. */
  readonly path: readonly [string, ...string[]];
  readonly spanType: string;
  readonly fold?: (chunks: readonly unknown[]) => unknown;
  /** What to keep of a result that is too large to be worth it. */
  readonly shorten?: (outputs: Fields) => unknown;
}

const routes: readonly Route[] = [
  { path: ["chat", "completions", "create"], spanType: SpanType.CHAT_MODEL, fold: foldChatChunks },
  { path: ["chat", "completions", "runTools"], spanType: SpanType.AGENT, outcomeOf: runnerOutcome },
  { path: ["responses", "create"], spanType: SpanType.CHAT_MODEL, fold: foldResponseEvents },
  { path: ["completions", "create"], spanType: SpanType.LLM },
  { path: ["embeddings", "create"], spanType: SpanType.EMBEDDING, shorten: withoutVectors },
  { path: ["images", "generate"], spanType: SpanType.LLM, shorten: withoutImages },
  { path: ["images", "edit"], spanType: SpanType.LLM, shorten: withoutImages },
];

/**
 * Traces the calls of an OpenAI client from now on and gives it back: chat completions, responses, completions, embeddings
 * and images, plain and streamed, also those of the SDK's helpers. The same object, with its types and all its methods;
 * `untraced` takes it back. Requests stay as they are: chat streams tell their tokens when the caller asks for
 * `stream_options: { include_usage: true }`. Headers and keys are not recorded; of vectors and images only the sizes are.
 */
export function tracedOpenAI<Client extends object>(
  client: Client,
  options: AutoTracingOptions = {},
): Client {
  const findRecorder = recorderFinder(options);
  const attributes = describeEndpoint(client);
  return switchOn(client, () =>
    routes.flatMap((route) => {
      const owner = route.path.slice(0, -1).reduce<unknown>((place, key) => toRecord(place)[key], client);
      const trace = toMethodTrace(route, attributes);
      const undo = isRecord(owner) && traceMethod(owner, route.path.at(-1) ?? "", trace, findRecorder);
      return undo || [];
    }),
  );
}

function toMethodTrace({ path, spanType, fold, shorten, outcomeOf }: Route, endpoint: Fields): MethodTrace {
  return {
    name: ["openai", ...path].join("."),
    spanType,
    ...(fold && { outputReducer: fold }),
    ...(outcomeOf && { outcomeOf }),
    outcomeMethods: ["parse", "asResponse"],
    successorMethods: ["_thenUnwrap"],
    describeCall: ([request]) => {
      const model = maybeText(toRecord(request)["model"]);
      return {
        inputs: request,
        attributes: { ...endpoint, ...(model !== undefined && { [MlflowKey.model]: model }) },
      };
    },
    describe(span, outputs) {
      if (isRawResponse(outputs)) {
        span.setAttribute("http.response.status_code", outputs.status);
        return undefined;
      }
      describeModelCall(span, outputs);
      tellFailure(span, outputs);
      return shorten && isRecord(outputs) ? shorten(outputs) : outputs;
    },
  };
}

/** What `asResponse` gives. Its body is the caller's to read. */
function isRawResponse(outputs: unknown): outputs is Response {
  return typeof Response === "function" && outputs instanceof Response;
}

interface Runner {
  readonly messages: readonly unknown[];
  on(event: "end", listener: () => void): unknown;
}

/**
 * The last message of a tool loop. The SDK's own promises are left alone: having asked for one, a program is no longer told of
 * errors that it does not handle.
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

/** A response may arrive and say that the model failed. */
function tellFailure(span: LiveSpan, outputs: unknown): void {
  const { status, error } = toRecord(outputs);
  if (status === "failed") span.setStatus("ERROR", maybeText(toRecord(error)["message"]));
}

/** Azure's client is one too; any other endpoint is named by its host. */
function describeEndpoint(client: object): Fields {
  const { baseURL } = client as { baseURL?: unknown };
  const host = typeof baseURL === "string" && URL.canParse(baseURL) ? new URL(baseURL).host : undefined;
  return {
    [MlflowKey.provider]: "openai",
    ...(host !== undefined && { "server.address": host }),
  };
}

function withoutVectors(outputs: Fields): unknown {
  const { data, ...others } = outputs;
  if (!Array.isArray(data)) return outputs;
  return {
    ...others,
    data: data.map((item) => {
      const { embedding, ...rest } = toRecord(item);
      // A text is the vector's 32-bit numbers as base64.
      const dimensions = Array.isArray(embedding)
        ? embedding.length
        : Math.floor(((maybeText(embedding) ?? "").replace(/=+$/, "").length * 3) / 16);
      return { ...rest, dimensions };
    }),
  };
}

function withoutImages(outputs: Fields): unknown {
  const { data, ...others } = outputs;
  if (!Array.isArray(data)) return outputs;
  return {
    ...others,
    data: data.map((item) => {
      const { b64_json: image, ...rest } = toRecord(item);
      return typeof image === "string" ? { ...rest, sizeBytes: Math.floor((image.length * 3) / 4) } : rest;
    }),
  };
}
