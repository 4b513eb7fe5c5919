/**
 * LlamaIndex for TypeScript. Its callbacks report when something starts and ends, but not failures or the model used;
 * so the methods of its classes are wrapped.
 */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, textOf, toRecord } from "../model/json.js";
import { hasMethod, isObjectLike, withoutUndefined } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { CallOptions } from "../record/call-options.js";
import type { LiveSpan } from "../record/live-span.js";
import type { FindRecorder } from "../record/trace-function.js";
import { describeModelCall } from "./model-call.js";
import { toTool, toToolCall } from "./openai-tools.js";
import { prototypeOf } from "./prototype-of.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { switchOn, untraced } from "./switches.js";
import { traceMethod, type MethodTrace } from "./traced-method.js";
import { dimensionsOf } from "./vectors.js";

interface TracedClass extends CallOptions {
  readonly name: string;
  readonly method: string;
  readonly spanType: string;
}

/** For engines, where each part of a stream repeats its sources. */
const answered = { describe: describeAnswer, outputReducer: foldAnswerParts, elementOf: toAnswerPart };

const tracedClasses: readonly TracedClass[] = [
  { name: "BaseQueryEngine", method: "query", spanType: SpanType.CHAIN, ...answered },
  {
    name: "BaseRetriever",
    method: "retrieve",
    spanType: SpanType.RETRIEVER,
    describe: (_span, nodes) => (Array.isArray(nodes) ? nodes.map(toDocument) : nodes),
  },
  { name: "BaseSynthesizer", method: "synthesize", spanType: SpanType.CHAIN, ...answered },
  ...["ContextChatEngine", "CondenseQuestionChatEngine", "SimpleChatEngine", "AgentRunner"].map((name) => ({
    ...{ name, method: "chat", spanType: SpanType.CHAIN, ...answered },
  })),
  {
    name: "BaseEmbedding",
    method: "getTextEmbeddingsBatch",
    spanType: SpanType.EMBEDDING,
    describe: describeVectors,
  },
  {
    name: "BaseEmbedding",
    method: "getQueryEmbedding",
    spanType: SpanType.EMBEDDING,
    describe: describeVectors,
  },
  {
    name: "AgentWorkflow",
    method: "runStream",
    spanType: SpanType.AGENT,
    outputReducer: lastResult,
    elementOf: toPlainEvent,
  },
];

/**
 * Traces LlamaIndex from now on: query and chat engines, retrievers, synthesizers, embeddings, agents' workflows, and every
 * model whose class is among the modules. Takes its modules as one object: `{ ...llamaindex, ...openai }`. Returns a function
 * that switches it off, or undefined if there is nothing to trace.
 */
export function traceLlamaIndex(modules: object, options: AutoTracingOptions = {}): (() => void) | undefined {
  const find = recorderFinder(options);
  let isOn = true;
  const switchOff = () => (isOn = false);
  // LlamaIndex binds an object's methods when it is created, so objects may keep a traced one.
  const findRecorder = () => (isOn ? find() : undefined);
  const traced = [...tracesIn(modules)].map(([prototype, traces]) => {
    const place = ([method, trace]: NamedTrace) => traceMethod(prototype, method, trace, findRecorder) ?? [];
    return switchOn(prototype, () => [switchOff, ...traces.flatMap(place)]);
  });
  const { Settings } = modules as { readonly Settings?: unknown };
  if (isObjectLike(Settings)) {
    traced.push(switchOn(Settings, () => traceDefaultModel(Settings, findRecorder)));
  }
  return traced.length === 0 ? undefined : () => traced.forEach(untraced);
}

type NamedTrace = readonly [method: string, trace: MethodTrace];

/** Which methods to trace, by prototype. */
function tracesIn(modules: object): Map<object, NamedTrace[]> {
  const traces = new Map<object, NamedTrace[]>();
  for (const [name, value] of Object.entries(modules)) {
    const prototype = prototypeOf(value);
    if (!prototype) continue;
    const found = tracedClasses
      .filter((traced) => traced.name === name)
      .map((traced): NamedTrace => [traced.method, toMethodTrace(traced)]);
    if (name === "AgentWorkflow") found.push(["callTool", toolTrace]);
    if (isModel(prototype)) found.push(["chat", modelTrace(name)]);
    if (found.length > 0) traces.set(prototype, found);
  }
  return traces;
}

/** The default model may have been created before, with its methods already bound. */
function traceDefaultModel(settings: object, findRecorder: FindRecorder): (() => void)[] {
  const model = maybeDefaultModel(settings);
  if (!isObjectLike(model) || !Object.hasOwn(model, "chat")) return [];
  const undo = traceMethod(model, "chat", modelTrace(classNameOf(model) ?? "LLM"), findRecorder);
  return undo ? [undo] : [];
}

function maybeDefaultModel(settings: object): unknown {
  try {
    return (settings as { readonly llm?: unknown }).llm;
  } catch {
    // None is set.
    return undefined;
  }
}

/** Chat engines have `chat` too, but only models have `complete`. */
function isModel(prototype: object): boolean {
  return Object.hasOwn(prototype, "chat") && hasMethod(prototype, "complete");
}

/** Spans are named after the object's own class, which may be one of many subclasses of the traced one. */
function toMethodTrace({ name: className, method, ...trace }: TracedClass): MethodTrace {
  const shown = method === "runStream" ? "run" : method;
  return {
    ...trace,
    name: `${className}.${shown}`,
    isExpected: true,
    describeCall: ([input, params], owner) => ({
      name: `${classNameOf(owner) ?? className}.${shown}`,
      inputs: readInput(input) ?? readInput(params),
      attributes: { [MlflowKey.model]: modelOf(owner) },
    }),
  };
}

/** Checks for functions too, because an embedding is callable. */
function modelOf(owner: unknown): string | undefined {
  return isObjectLike(owner) ? maybeText((owner as { readonly model?: unknown }).model) : undefined;
}

function classNameOf(owner: unknown): string | undefined {
  const { constructor } = (owner ?? {}) as { readonly constructor?: { readonly name?: string } };
  return maybeText(constructor?.name);
}

/** A question is a text, or a field of an object, together with documents that may answer it. */
function readInput(input: unknown): unknown {
  const { query, message, text, nodes } = toRecord(input);
  const asked = readQuestion(query ?? message ?? text);
  if (asked === undefined) return input;
  return Array.isArray(nodes) ? { query: asked, documents: nodes.map(toDocument) } : asked;
}

function readQuestion(query: unknown): unknown {
  return toRecord(query)["query"] ?? query;
}

/** A document as describeSpan reads it, with its score. */
function toDocument(scored: unknown): unknown {
  const { node, score } = toRecord(scored);
  const { text, id_: id, metadata } = toRecord(node);
  return withoutUndefined({ page_content: text, id, metadata, score });
}

/** An engine's response holds the answer, or was a stream of its parts. */
function describeAnswer(_span: LiveSpan, outputs: unknown): unknown {
  const { message, response } = toRecord(outputs);
  return response ?? toRecord(message)["content"] ?? outputs;
}

function toAnswerPart(part: unknown): unknown {
  const fields = toRecord(part);
  return { delta: textOf(fields, "delta", "response") ?? toRecord(fields["message"])["content"] };
}

function foldAnswerParts(parts: readonly unknown[]): unknown {
  return parts.map((part) => textOf(toRecord(part), "delta") ?? "").join("");
}

function describeVectors(_span: LiveSpan, outputs: unknown): unknown {
  return Array.isArray(outputs) ? { dimensions: dimensionsOf(outputs) } : outputs;
}

const toolTrace: MethodTrace = {
  name: "tool",
  spanType: SpanType.TOOL,
  isExpected: true,
  describeCall([call]) {
    const { toolName, toolKwargs, toolId } = toRecord(call);
    return {
      name: maybeText(toolName) ?? "tool",
      inputs: toolKwargs,
      attributes: { "gen_ai.tool.call.id": toolId },
    };
  },
};

const eventFields = [
  ...["userInput", "currentAgentName", "agentName", "delta", "result"],
  ...["toolName", "toolKwargs", "toolId", "toolOutput"],
];

/** Picks fields, because a workflow's event carries its whole state, including the model with its key. */
function toPlainEvent(event: unknown): unknown {
  const data = toRecord(toRecord(event)["data"]);
  return withoutUndefined(Object.fromEntries(eventFields.map((name) => [name, data[name]])));
}

/** The events of a workflow end with its result. */
function lastResult(events: readonly unknown[]): unknown {
  return toRecord(events.at(-1))["result"];
}

function modelTrace(className: string): MethodTrace {
  return {
    name: `${className}.chat`,
    spanType: SpanType.CHAT_MODEL,
    answerFields: ["message"],
    describeCall([request], owner) {
      const { messages, tools, responseFormat } = toRecord(request);
      return {
        inputs: withoutUndefined({
          messages: Array.isArray(messages) ? messages.map(toMessage) : messages,
          tools: Array.isArray(tools) && tools.length > 0 ? tools.map(fromTool) : undefined,
          response_format: responseFormat,
        }),
        attributes: {
          [MlflowKey.model]: modelOf(owner),
          // OpenAI has a class for each of its protocols.
          [MlflowKey.provider]: className.toLowerCase().replace(/responses$/, ""),
        },
      };
    },
    describe: describeChat,
    outputReducer: foldChunks,
  };
}

function describeChat(span: LiveSpan, outputs: unknown): unknown {
  const { message, raw } = toRecord(outputs);
  describeModelCall(span, raw);
  return message === undefined ? outputs : toMessage(message);
}

/** The provider's last chunk has the token counts. Tool calls come one by one, or as the full list so far. */
function foldChunks(chunks: readonly unknown[]): unknown {
  const all = chunks.map(toRecord);
  // Events of OpenAI's Responses API have these in `response`.
  const raws = all.map(({ raw }) => toRecord(toRecord(raw)["response"] ?? raw));
  const calls = all.flatMap(({ options }) => (toRecord(options)["toolCall"] ?? []) as unknown[]);
  const callsById = new Map(calls.map((call) => [toRecord(call)["id"], call]));
  return {
    message: {
      role: "assistant",
      content: foldAnswerParts(all),
      options: { toolCall: [...callsById.values()] },
    },
    raw: {
      model: raws.map(({ model }) => model).findLast((model) => model !== undefined),
      usage: raws.map(({ usage }) => usage).findLast((usage) => usage !== undefined && usage !== null),
    },
  };
}

/** LlamaIndex keeps tool calls and their results in a message's options. */
function toMessage(message: unknown): unknown {
  const { role, content, options } = toRecord(message);
  const { toolCall, toolResult } = toRecord(options);
  if (toolResult !== undefined) {
    const { id, result } = toRecord(toolResult);
    return { role: "tool", tool_call_id: id, content: result };
  }
  const calls = Array.isArray(toolCall) && toolCall.length > 0 ? toolCall.map(fromCall) : undefined;
  return withoutUndefined({ role, content, tool_calls: calls });
}

function fromCall(call: unknown): unknown {
  const { id, name, input } = toRecord(call);
  return toToolCall(id, name, input);
}

function fromTool(tool: unknown): unknown {
  return toTool(toRecord(toRecord(tool)["metadata"]));
}
