/**
 * Ax (DSPy for TypeScript). Its OpenTelemetry spans do not say what was asked and answered, so the methods of its
 * classes are wrapped: programs, and in them the calls of every provider's model. Tool calls appear in the messages.
 */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, toRecord, type Fields } from "../model/json.js";
import { isRecord, withoutUndefined } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { describeModelCall } from "./model-call.js";
import { toTool, toToolCall } from "./openai-tools.js";
import { prototypeOf } from "./prototype-of.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { switchOn, untraced } from "./switches.js";
import { traceMethod, type MethodTrace } from "./traced-method.js";
import { dimensionsOfEach } from "./vectors.js";

/** The module `@ax-llm/ax`. */
export interface AxModule {
  readonly AxGen: object;
  readonly AxBaseAI: object;
}

const programs = { AxAgent: SpanType.AGENT, AxFlow: SpanType.CHAIN, AxGen: SpanType.CHAIN } as const;

/**
 * Traces every Ax program from now on (generators, flows, agents), with each call of a model or of embeddings in it. Takes the
 * module `@ax-llm/ax`; returns a function that switches it off.
 */
export function traceAx(module: AxModule, options: AutoTracingOptions = {}): () => void {
  const findRecorder = recorderFinder(options);
  const classes = module as unknown as Fields;
  const traceClass = (className: string, traces: Readonly<Record<string, MethodTrace>>): object[] => {
    const prototype = prototypeOf(classes[className]);
    if (!prototype) return [];
    const place = ([method, trace]: [string, MethodTrace]) =>
      traceMethod(prototype, method, trace, findRecorder) ?? [];
    return [switchOn(prototype, () => Object.entries(traces).flatMap(place))];
  };
  const traced = [
    ...Object.entries(programs).flatMap(([className, spanType]) =>
      traceClass(className, {
        forward: programTrace(`${className}.forward`, spanType),
        streamingForward: {
          ...programTrace(`${className}.streamingForward`, spanType),
          outputReducer: foldDeltas,
        },
      }),
    ),
    ...traceClass("AxBaseAI", {
      chat: {
        ...modelTrace("ax.chat", SpanType.CHAT_MODEL, describeChatRequest),
        answerFields: ["results"],
        describe: describeAnswer,
        outputReducer: foldAnswers,
      },
      embed: {
        ...modelTrace("ax.embed", SpanType.EMBEDDING, ({ texts }) => texts),
        answerFields: ["embeddings"],
        describe: describeVectors,
      },
    }),
  ];
  return () => traced.forEach(untraced);
}

/** A program's arguments are the model, the values and options. */
function programTrace(name: string, spanType: string): MethodTrace {
  return { name, spanType, isExpected: true, describeCall: ([, values]) => ({ inputs: values }) };
}

function modelTrace(name: string, spanType: string, inputsOf: (request: Fields) => unknown): MethodTrace {
  return {
    name,
    spanType,
    isExpected: true,
    describeCall: ([request], owner) => ({
      inputs: inputsOf(toRecord(request)),
      attributes: {
        [MlflowKey.model]: maybeText(toRecord(request)["model"]),
        [MlflowKey.provider]: providerOf(owner),
      },
    }),
  };
}

function providerOf(owner: unknown): string | undefined {
  const { name } = toRecord(owner);
  return maybeText(name)?.toLowerCase();
}

function describeChatRequest({ chatPrompt, functions, responseFormat, modelConfig }: Fields): unknown {
  return withoutUndefined({
    messages: Array.isArray(chatPrompt) ? chatPrompt.map(toMessage) : chatPrompt,
    tools:
      Array.isArray(functions) && functions.length > 0
        ? functions.map((tool) => toTool(toRecord(tool)))
        : undefined,
    response_format: responseFormat,
    ...toRecord(modelConfig),
  });
}

/** Ax's roles are OpenAI's, except for a tool's result. */
function toMessage(message: unknown): unknown {
  const { role, functionCalls, functionId, result, content, ...rest } = toRecord(message);
  if (role === "function") return { role: "tool", tool_call_id: functionId, content: result };
  const calls = Array.isArray(functionCalls) && functionCalls.length > 0 ? functionCalls : undefined;
  return withoutUndefined({ role, ...rest, content: content ?? "", tool_calls: calls?.map(fromCall) });
}

function fromCall(call: unknown): unknown {
  const { id, function: called } = toRecord(call);
  const { name, params } = toRecord(called);
  return toToolCall(id, name, params);
}

function describeAnswer(span: LiveSpan, outputs: unknown): unknown {
  const { results, modelUsage } = toRecord(outputs);
  const { model, tokens } = toRecord(modelUsage);
  describeModelCall(span, { model, usage: toUsage(tokens) });
  if (!Array.isArray(results)) return outputs;
  const answers = results.map((result) => {
    const { content, thought, functionCalls, finishReason } = toRecord(result);
    return withoutUndefined({
      ...toRecord(toMessage({ role: "assistant", content, functionCalls })),
      thinking: thought,
      finish_reason: finishReason,
    });
  });
  return answers.length === 1 ? answers[0] : answers;
}

/** Ax does not include tokens read from or written to a cache in the input tokens. */
function toUsage(tokens: unknown): Fields {
  const { promptTokens, cacheReadTokens, cacheCreationTokens, ...others } = toRecord(tokens);
  if (typeof promptTokens !== "number") return toRecord(tokens);
  const cached = [cacheReadTokens, cacheCreationTokens].filter((count) => typeof count === "number");
  return {
    ...others,
    promptTokens: cached.reduce((sum, count) => sum + count, promptTokens),
    inputTokenDetails: { cacheReadTokens, cacheWriteTokens: cacheCreationTokens },
  };
}

function describeVectors(span: LiveSpan, outputs: unknown): unknown {
  const { embeddings, modelUsage } = toRecord(outputs);
  const { model, tokens } = toRecord(modelUsage);
  describeModelCall(span, { model, usage: toUsage(tokens) });
  return { dimensions: dimensionsOfEach(embeddings) };
}

/** Each part of a stream holds what is new; every piece of a call has the call's id. */
function foldAnswers(parts: readonly unknown[]): unknown {
  const results: Record<string, unknown>[] = [];
  let usage: unknown;
  for (const { results: pieces, modelUsage } of parts.map(toRecord)) {
    usage = modelUsage ?? usage;
    for (const piece of Array.isArray(pieces) ? pieces.map(toRecord) : []) {
      const place = typeof piece["index"] === "number" ? piece["index"] : 0;
      const before = results[place] ?? {};
      results[place] = {
        ...before,
        ...piece,
        content: joined(before["content"], piece["content"]),
        thought: joined(before["thought"], piece["thought"]),
        functionCalls: foldCalls(before["functionCalls"], piece["functionCalls"]),
      };
    }
  }
  return { results, modelUsage: usage };
}

function foldCalls(before: unknown, pieces: unknown): unknown {
  const calls = new Map<unknown, Fields>();
  for (const call of [before, pieces].flatMap((list) => (Array.isArray(list) ? list.map(toRecord) : []))) {
    const { name: known, params } = toRecord(calls.get(call["id"])?.["function"]);
    const { name, params: more } = toRecord(call["function"]);
    const whole = isRecord(more) ? more : joined(params, more);
    calls.set(call["id"], { ...call, function: { name: known ?? name, params: whole } });
  }
  return calls.size > 0 ? [...calls.values()] : undefined;
}

function joined(before: unknown, more: unknown): unknown {
  const [start, rest] = [maybeText(before), maybeText(more)];
  return start === undefined && rest === undefined ? undefined : (start ?? "") + (rest ?? "");
}

/** Each part of a streaming program holds what is new in some fields; a new version starts over. */
function foldDeltas(parts: readonly unknown[]): unknown {
  let version: unknown;
  let fields: Record<string, unknown> = {};
  for (const part of parts.map(toRecord)) {
    if (part["version"] !== version) fields = {};
    version = part["version"];
    for (const [key, value] of Object.entries(toRecord(part["delta"]))) {
      const before = fields[key];
      fields[key] = typeof before === "string" && typeof value === "string" ? before + value : value;
    }
  }
  return fields;
}
