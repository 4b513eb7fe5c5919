/**
 * Mastra, from version 1, through its own hook: an observability bridge. Its spans name the span above them; while
 * Mastra runs something in one, that span is active for what the program traces itself.
 */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, toRecord, unwrapJson, type Fields } from "../model/json.js";
import { isRecord, withoutUndefined } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { mismatchReporter } from "./mismatch.js";
import { timeToFirstChunkKey, toTokenUsage } from "./model-call.js";
import { toToolCall } from "./openai-tools.js";
import { guardListeners, recorderFinder, spanStarter, type AutoTracingOptions } from "./recording.js";

/** A span of Mastra as its exporters see it. */
interface MastraSpan {
  readonly id: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly type: string;
  readonly startTime: Date;
  readonly endTime?: Date;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly attributes?: Fields;
  readonly metadata?: Fields;
  readonly errorInfo?: Fields;
}

interface MastraEvent {
  readonly type: string;
  readonly exportedSpan: MastraSpan;
}

/** A bridge or an exporter for Mastra. */
export type MastraBridge = ReturnType<typeof createMastraBridge>;

/** An open span, below another that may already have ended. */
interface OpenSpan {
  readonly span: LiveSpan;
  readonly parent?: OpenSpan | undefined;
  /** What it began with. */
  readonly attributes: Fields;
  input?: unknown;
  /** Whether a step has a request of its own. */
  hasRequest?: boolean;
  isAborted?: boolean;
  /** Callbacks of failed spans below it, which wait to be told why. */
  readonly failed: ((error: Error | undefined) => void)[];
}

const spanTypes: Readonly<Record<string, string>> = {
  agent_run: SpanType.AGENT,
  workflow_run: SpanType.WORKFLOW,
  workflow_step: SpanType.TASK,
  tool_call: SpanType.TOOL,
  client_tool_call: SpanType.TOOL,
  provider_tool_call: SpanType.TOOL,
  mcp_tool_call: SpanType.TOOL,
  // A single request: generations and steps around it repeat its tokens. Before @mastra/observability 1.12 a step is the request.
  model_inference: SpanType.CHAT_MODEL,
  memory_operation: SpanType.MEMORY,
  scorer_run: SpanType.EVALUATOR,
};

/**
 * Records Mastra's runs: agents, generations with their steps and requests, tools, workflows. Use it as the `bridge` of an
 * `Observability` configuration of `@mastra/observability`; if there is another bridge, use it as one of the `exporters`, and
 * what a tool traces itself is then not below its span.
 */
export function createMastraBridge(options: AutoTracingOptions = {}) {
  const startSpan = spanStarter(options);
  const spans = new Map<string, OpenSpan>();

  function start(started: MastraSpan): OpenSpan {
    const { id, parentSpanId, name, type, input, metadata, attributes = {} } = started;
    const parent = parentSpanId === undefined ? undefined : spans.get(parentSpanId);
    if (parent && type === "model_inference") parent.hasRequest = true;
    const spanType = spanTypes[type] ?? SpanType.CHAIN;
    const span = startSpan({ name, spanType, parent: parent?.span, inputs: input });
    const { threadId, resourceId } = toRecord(metadata);
    if (parentSpanId === undefined) {
      span.updateTrace({ sessionId: maybeText(threadId), userId: maybeText(resourceId) });
    }
    const open: OpenSpan = { span, parent, attributes, input, failed: [] };
    spans.set(id, open);
    return open;
  }

  function end(ended: MastraSpan): void {
    const { id, type, output, attributes = {}, errorInfo } = ended;
    const open = spans.get(id) ?? start(ended);
    const { span, parent } = open;
    spans.delete(id);
    const isStep = type === "model_step" && open.hasRequest !== true;
    const isModel = type === "model_inference" || isStep;
    // The spans around a request say more about it: the step what was asked, the generation which model.
    const asked = type === "model_inference" ? (parent ?? open).input : ended.input;
    const told = isStep ? { ...parent?.attributes, ...attributes } : attributes;
    if (isStep) span.setSpanType(SpanType.CHAT_MODEL);
    span.setInputs(isModel ? toRequest(asked, attributes) : asked);
    span.setAttributes(isModel ? describeModel(told, ended) : toolOf(attributes));
    span.setOutputs(isModel ? toMessage(output) : (output ?? unfinishedOf(attributes)));
    const { finishReason, status } = attributes;
    const isAbortedRun = type === "agent_run" && toRecord(output)["status"] === "aborted";
    open.isAborted = finishReason === "aborted" || status === "canceled" || isAbortedRun;
    const hasFailed = finishReason === "error";
    const endTimeNs = endOf(span, ended);
    const close = (error: Error | undefined) => {
      if (error) span.recordException(error);
      else if (hasFailed) span.setStatus("ERROR", "the model failed");
      span.end({ endTimeNs });
      for (const tell of open.failed) tell(error);
    };
    if (errorInfo) close(toError(errorInfo));
    else if (isBelowAborted(open)) close(abortError());
    // Mastra gives the reason for a failure only on the run, which ends last.
    else if (hasFailed && parent && !parent.span.isEnded) parent.failed.push(close);
    else close(undefined);
  }

  const listeners = guardListeners(mismatchReporter("Mastra", recorderFinder(options)), {
    onTracingEvent({ type, exportedSpan }: MastraEvent) {
      // Their content is in the output of their request.
      if (exportedSpan.type === "model_chunk") return;
      if (type === "span_started") start(exportedSpan);
      else if (type === "span_ended") end(exportedSpan);
      else {
        const open = spans.get(exportedSpan.id);
        if (open) open.input = exportedSpan.input;
      }
    },
  });
  const runIn = <Result>(spanId: string, fn: () => Result): Result => {
    const span = spans.get(spanId)?.span;
    return span ? span.run(fn) : fn();
  };
  return {
    name: "spanbook",
    onTracingEvent: listeners.onTracingEvent as (event: unknown) => void,
    exportTracingEvent: (event: unknown): Promise<void> =>
      Promise.resolve(listeners.onTracingEvent(event as MastraEvent)),
    /** Undefined, so that Mastra makes its own ids. */
    createSpan: (): undefined => undefined,
    releaseSpan(spanId: string): void {
      const { failed = [] } = spans.get(spanId) ?? {};
      spans.delete(spanId);
      for (const tell of failed) tell(undefined);
    },
    executeInContext: runIn,
    executeInContextSync: runIn,
    flush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** An aborted generation ends before its steps and requests do. */
function isBelowAborted({ isAborted = false, parent }: OpenSpan): boolean {
  return isAborted || (parent !== undefined && isBelowAborted(parent));
}

function abortError(): Error {
  return new DOMException("The operation was aborted.", "AbortError");
}

/** A workflow, or a step of one, that waits or was stopped has no output, only this status. */
function unfinishedOf({ status }: Fields): Fields | undefined {
  return status === undefined || status === "success" || status === "failed" ? undefined : { status };
}

/** The end by the recorder's clock, with the duration measured by Mastra; undefined means now. */
function endOf({ startTimeUnixNano }: LiveSpan, { startTime, endTime }: MastraSpan): bigint | undefined {
  if (!endTime) return undefined;
  return BigInt(startTimeUnixNano) + BigInt(endTime.getTime() - startTime.getTime()) * 1_000_000n;
}

function describeModel(attributes: Fields, { startTime }: MastraSpan): Fields {
  const { model, responseModel, provider, usage, completionStartTime, streaming } = attributes;
  const { inputTokens, outputTokens, inputDetails } = toRecord(usage);
  const { cacheRead, cacheWrite } = toRecord(inputDetails);
  // A later request of a generation carries the time of the first one's answer.
  const isTimed =
    streaming === true && completionStartTime instanceof Date && completionStartTime >= startTime;
  return {
    [MlflowKey.model]: maybeText(responseModel) ?? maybeText(model),
    [MlflowKey.provider]: maybeText(provider),
    [MlflowKey.tokenUsage]: toTokenUsage({
      ...{ inputTokens, outputTokens },
      inputTokenDetails: { cacheReadTokens: cacheRead, cacheWriteTokens: cacheWrite },
    }),
    [timeToFirstChunkKey]: isTimed ? (completionStartTime.getTime() - startTime.getTime()) / 1000 : undefined,
  };
}

/** If the step itself is the request, its input has the body that was sent. */
function toRequest(asked: unknown, attributes: Fields): unknown {
  const { body } = toRecord(asked);
  return typeof body === "string"
    ? unwrapJson(body)
    : withoutUndefined({ messages: asked, ...settingsOf(attributes) });
}

/** A request's settings, without those that may hold credentials. */
function settingsOf({ parameters, responseFormat }: Fields): Fields {
  const { headers: _headers, abortSignal: _signal, maxRetries: _retries, ...settings } = toRecord(parameters);
  return withoutUndefined({ ...settings, response_format: responseFormat });
}

function toolOf({ toolCallId }: Fields): Fields {
  return { "gen_ai.tool.call.id": toolCallId };
}

function toMessage(output: unknown): unknown {
  if (!isRecord(output)) return output;
  const { text, toolCalls, reasoning } = output;
  const calls = Array.isArray(toolCalls) && toolCalls.length > 0 ? toolCalls.map(fromCall) : undefined;
  const thinking = maybeText(reasoning);
  return withoutUndefined({ role: "assistant", content: text ?? "", thinking, tool_calls: calls });
}

function fromCall(call: unknown): unknown {
  const { toolCallId, toolName, args } = toRecord(call);
  return toToolCall(toolCallId, toolName, args);
}

/** Rebuilds an error, of which Mastra passes on only the texts. */
function toError({ message, name, stack }: Fields): Error {
  const error = new Error(maybeText(message) ?? "failed");
  error.name = maybeText(name) ?? "Error";
  error.stack = maybeText(stack) ?? String(error);
  return error;
}
