/**
 * The Vercel AI SDK, from version 7, through its own hook: a telemetry integration. Its events name the operation
 * (`callId`) and the tool call they belong to, so the tree needs no context. Model and tool calls run with their span
 * active, for what they call in turn.
 */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { firstOf, maybeText, toRecord, type Fields } from "../model/json.js";
import { isRecord, withoutUndefined } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { mismatchReporter } from "./mismatch.js";
import { timeToFirstChunkKey, toTokenUsage } from "./model-call.js";
import { guardListeners, recorderFinder, spanStarter, type AutoTracingOptions } from "./recording.js";
import { dimensionsOf } from "./vectors.js";

interface Execution<Result> {
  readonly callId: string;
  readonly toolCallId?: string;
  readonly execute: () => PromiseLike<Result>;
}

/** One call of generateText, streamText, embed and so on, until its last event. */
interface Operation {
  readonly name: string;
  readonly root: LiveSpan;
  /** The running model call; there is only one at a time. */
  model?: LiveSpan;
  readonly tools: Map<unknown, LiveSpan>;
}

/** An integration for the SDK: `registerTelemetry(it)`, or `telemetry: { integrations: [it] }` for one call. */
export type AiTelemetry = ReturnType<typeof createAiTelemetry>;

/** The global list of the SDK's integrations. Source: ai 7, src/global.ts */
interface AiGlobal {
  AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[];
}

/** Marks which recorder an integration belongs to. */
const ownerKey = Symbol.for("spanbook.owner");

/**
 * Traces every operation of the Vercel AI SDK from now on, wherever it is loaded: each operation, each call of a model, each
 * tool. Calling it again does not trace twice. Returns a function that switches it off. `telemetry: { recordInputs: false }` of
 * a call is honoured, since the SDK then leaves inputs out.
 */
export function traceAi(options: AutoTracingOptions = {}): () => void {
  const integrations = ((globalThis as AiGlobal).AI_SDK_TELEMETRY_INTEGRATIONS ??= []);
  const owner = options.tracing ?? "the recorder of init";
  const isOwn = (it: unknown) => isRecord(it) && (it as Record<symbol, unknown>)[ownerKey] === owner;
  // A notebook cell may run again and again.
  const telemetry = integrations.find(isOwn) ?? { ...createAiTelemetry(options), [ownerKey]: owner };
  if (!integrations.includes(telemetry)) integrations.push(telemetry);
  return () => {
    const index = integrations.indexOf(telemetry);
    if (index >= 0) integrations.splice(index, 1);
  };
}

/** Only the integration, for `telemetry: { integrations: [createAiTelemetry()] }` of a single call. */
export function createAiTelemetry(options: AutoTracingOptions = {}) {
  const startSpan = spanStarter(options);
  const operations = new Map<unknown, Operation>();
  const operationOf = ({ callId }: Fields): Operation | undefined => operations.get(callId);

  function startModelCall(event: Fields): void {
    const operation = operationOf(event);
    if (!operation) return;
    const isStream = operation.name.includes("stream");
    operation.model = startSpan({
      name: `${operation.name}.${isStream ? "doStream" : "doGenerate"}`,
      parent: operation.root,
      spanType: SpanType.CHAT_MODEL,
      inputs: withoutUndefined({ ...withoutIdentity(event), messages: promptOf(event) }),
      attributes: modelOf(event),
    });
  }

  function endModelCall(event: Fields): void {
    const operation = operationOf(event);
    const model = operation?.model;
    if (!model) return;
    delete operation.model;
    const { content, objectText, finishReason, usage, performance } = event;
    const delayMs = toRecord(performance)["timeToFirstOutputMs"] ?? event["msToFirstChunk"];
    model.setAttributes(modelOf(event));
    model.setAttribute(MlflowKey.tokenUsage, toTokenUsage(usage));
    if (typeof delayMs === "number") model.setAttribute(timeToFirstChunkKey, delayMs / 1000);
    markFailure(model, event);
    model.end({
      outputs: withoutUndefined({ role: "assistant", content: content ?? objectText, finishReason }),
    });
  }

  /** Ends an operation's open spans, the root last. */
  function close(event: Fields, end: (span: LiveSpan) => void): void {
    const operation = operationOf(event);
    if (!operation) return;
    operations.delete(event["callId"]);
    for (const span of [...operation.tools.values(), operation.model, operation.root]) if (span) end(span);
  }

  const fail = (error: unknown) => (span: LiveSpan) => span.recordException(error).end();

  const listeners = guardListeners(mismatchReporter("the AI SDK", recorderFinder(options)), {
    onStart(event: Fields) {
      const { callId, operationId, functionId } = event;
      if (typeof callId !== "string") throw new TypeError(`expected a callId, got ${typeof callId}`);
      const name = maybeText(operationId) ?? "ai";
      const root = startSpan({
        name: maybeText(functionId) ?? name,
        spanType: typeOf(name, event),
        inputs: withoutUndefined({
          ...withoutIdentity(event),
          tools: withoutSchemas(event["tools"]),
          messages: promptOf(event),
        }),
        attributes: { ...modelOf(event), "ai.operationId": name },
      });
      operations.set(callId, { name, root, tools: new Map() });
    },
    onLanguageModelCallStart: startModelCall,
    onLanguageModelCallEnd: endModelCall,
    onObjectStepStart: startModelCall,
    onObjectStepEnd: endModelCall,
    onStepError(event: Fields) {
      const operation = operationOf(event);
      if (!operation?.model) return;
      fail(event["error"])(operation.model);
      delete operation.model;
    },
    onToolExecutionStart(event: Fields) {
      const operation = operationOf(event);
      const { toolCallId, toolName, input } = toRecord(event["toolCall"]);
      const span =
        operation &&
        startSpan({
          name: maybeText(toolName) ?? "tool",
          parent: operation.root,
          spanType: SpanType.TOOL,
          inputs: input,
          attributes: { "gen_ai.tool.call.id": toolCallId },
        });
      if (span) operation.tools.set(toolCallId, span);
    },
    onToolExecutionEnd(event: Fields) {
      const tools = operationOf(event)?.tools;
      const { toolCallId } = toRecord(event["toolCall"]);
      const span = tools?.get(toolCallId);
      if (!span) return;
      tools?.delete(toolCallId);
      const { type, output, error } = toRecord(event["toolOutput"]);
      if (type === "tool-error") fail(error)(span);
      else span.end({ outputs: output });
    },
    onEnd(event: Fields) {
      const root = operationOf(event)?.root;
      if (root) {
        describeEnd(root, event);
        markFailure(root, event);
      }
      close(event, (span) => span.end());
    },
    onAbort(event: Fields) {
      close(event, fail(event["reason"] ?? new DOMException("The operation was aborted.", "AbortError")));
    },
    onError: (event: Fields) => close(event, fail(event["error"])),
  });
  return {
    // The SDK's types for its events say more than is relied on here.
    ...(listeners as Record<keyof typeof listeners, (event: unknown) => void>),
    executeLanguageModelCall: <Result>({ callId, execute }: Execution<Result>) =>
      runIn(operations.get(callId)?.model, execute),
    executeTool: <Result>({ callId, toolCallId, execute }: Execution<Result>) =>
      runIn(operations.get(callId)?.tools.get(toolCallId), execute),
  };
}

function runIn<Result>(span: LiveSpan | undefined, execute: () => Result): Result {
  return span ? span.run(execute) : execute();
}

function typeOf(operation: string, { tools }: Fields): string {
  if (operation.startsWith("ai.embed")) return SpanType.EMBEDDING;
  if (operation === "ai.rerank") return SpanType.RERANKER;
  return isRecord(tools) && Object.keys(tools).length > 0 ? SpanType.AGENT : SpanType.CHAIN;
}

function modelOf({ provider, modelId }: Fields): Fields {
  return { [MlflowKey.model]: maybeText(modelId), [MlflowKey.provider]: maybeText(provider) };
}

function promptOf(event: Fields): unknown {
  const { messages, prompt, promptMessages } = event;
  if (Array.isArray(messages) && messages.length > 0) return messages;
  return typeof prompt === "string"
    ? [{ role: "user", content: prompt }]
    : (prompt ?? messages ?? promptMessages);
}

/** An operation's tools have schemas of whatever library the program uses; those of a model call are JSON Schema. */
function withoutSchemas(tools: unknown): unknown {
  if (!isRecord(tools) || isEmpty(tools)) return undefined;
  const described = Object.entries(tools).map(([name, tool]) => {
    const { inputSchema: _input, outputSchema: _output, ...rest } = toRecord(tool);
    return [name, rest];
  });
  return Object.fromEntries(described);
}

/** A stream that failed midway ends as if it were complete; only the program sees the error itself. */
function markFailure(span: LiveSpan, { finishReason }: Fields): void {
  if (finishReason === "error") span.setStatus("ERROR", "the model's answer ended with an error");
}

/** Leaves out what identifies the call rather than describes it, and what may hold credentials. */
function withoutIdentity(event: Fields): Fields {
  const hidden = new Set([
    ...["callId", "operationId", "functionId", "provider", "modelId", "headers", "prompt", "promptMessages"],
    ...["recordInputs", "recordOutputs", "aiVersion", "runtimeContext", "toolsContext", "maxRetries"],
    ...["timeout", "output", "stepNumber", "steps", "stepTools", "stepToolChoice"],
  ]);
  return Object.fromEntries(
    Object.entries(event).filter(([key, value]) => !hidden.has(key) && !isEmpty(value)),
  );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (isRecord(value) && Object.keys(value).length === 0);
}

/** The operation's result, without the steps that are spans of their own. */
function describeEnd(root: LiveSpan, event: Fields): void {
  const { text, object, content, ranking, embedding, usage } = event;
  if (embedding !== undefined) {
    root.setOutputs({ dimensions: dimensionsOf(embedding) });
    root.setAttribute(MlflowKey.tokenUsage, toTokenUsage(usage));
  } else {
    root.setOutputs(
      firstOf(
        { object, ranking, text: text === "" ? undefined : text, content },
        "object",
        "ranking",
        "text",
        "content",
      ),
    );
  }
}
