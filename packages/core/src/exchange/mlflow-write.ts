/**
 * Writes traces as MLflow's own JSON, as `Trace.to_json` writes and `Trace.from_json` reads it. Attribute values are
 * JSON text in it.
 *
 * Source: mlflow/entities/trace.py, trace_info.py, trace_info_v2.py, span.py of MLflow 3.17
 */
import { MlflowKey, MlflowMetadataKey } from "../model/dialects/mlflow.js";
import { describeSpan, failureOf } from "../model/every-dialect.js";
import { withoutUndefined } from "../model/objects.js";
import { toStatusName, type Span } from "../model/span.js";
import type { Cost, TokenUsage, Trace, TraceInfo } from "../model/trace.js";
import { withoutUploadNotes } from "../model/upload-note.js";
import { toPlain, unescapeKey, type Attributes, type Value } from "../model/values.js";
import type { TraceStore } from "../store/contract.js";
import { toMlflowAssessment } from "./mlflow-assessment.js";
import { defaultExperiment, noExperimentKey, toBase64Id } from "./mlflow-ids.js";
import { carriedAssessments } from "./trace-carrier.js";
import { wholeTraces } from "./trace-pages.js";

export interface MlflowExportOptions {
  /** MLflow's trace schema: 3 since MLflow 3.0, 2 before; default 3. */
  readonly schema?: 2 | 3 | undefined;
}

/**
 * The traces of a store, oldest first, or the traces given, as MLflow trace JSON, one per line: a file with a single trace is
 * what `mlflow.entities.Trace.from_json` takes. Spans of other conventions get MLflow's keys in addition to their own. An
 * unfinished trace is written as IN_PROGRESS. Throws RangeError for any other schema.
 */
export async function* exportMlflow(
  source: TraceStore | Trace | readonly Trace[],
  { schema = 3 }: MlflowExportOptions = {},
): AsyncGenerator<string, void> {
  if (schema !== 2 && schema !== 3) throw new RangeError(`schema must be 2 or 3, got ${String(schema)}`);
  const toJson = schema === 3 ? toV3 : toV2;
  for await (const trace of wholeTraces(source)) {
    yield `${JSON.stringify(toJson(trace)).replace(/"\\u0000ns:(\d+)"/g, "$1")}\n`;
  }
}

function toV3({ info, data }: Trace): object {
  const requestId = `tr-${info.traceId}`;
  return {
    info: withoutUndefined({
      trace_id: requestId,
      client_request_id: info.clientRequestId,
      trace_location: {
        type: "MLFLOW_EXPERIMENT",
        mlflow_experiment: { experiment_id: info.experimentId ?? defaultExperiment },
      },
      request_time: new Date(Math.floor(info.requestTime)).toISOString(),
      execution_duration_ms: maybeRound(info.executionDuration),
      state: stateOf(info),
      trace_metadata: metadataOf(info, "3"),
      tags: { "mlflow.traceName": info.name, ...info.tags },
      assessments: (info.assessments ?? []).map((item) => toMlflowAssessment(item, requestId)),
      request_preview: info.requestPreview,
      response_preview: info.responsePreview,
    }),
    data: { spans: data.spans.map((span) => toSpanV3(span, requestId)) },
  };
}

function toV2({ info, data }: Trace): object {
  const requestId = `tr-${info.traceId}`;
  const root = data.spans.find(({ parentSpanId }) => parentSpanId === undefined);
  const { inputs, outputs } = root ? describeSpan(root) : {};
  return {
    info: {
      request_id: requestId,
      experiment_id: info.experimentId ?? defaultExperiment,
      timestamp_ms: Math.floor(info.requestTime),
      execution_time_ms: maybeRound(info.executionDuration) ?? null,
      status: stateOf(info),
      // MLflow's readers of this version accept no assessments.
      request_metadata: { ...metadataOf(info, "2"), ...Object.fromEntries(carriedAssessments(info)) },
      tags: { "mlflow.traceName": info.name, ...info.tags },
      assessments: [],
    },
    data: {
      spans: data.spans.map((span) => toSpanV2(span, requestId)),
      request: inputs === undefined ? null : JSON.stringify(inputs),
      response: outputs === undefined ? null : JSON.stringify(outputs),
    },
  };
}

function toSpanV3(span: Span, requestId: string): object {
  return {
    trace_id: toBase64Id(span.traceId),
    span_id: toBase64Id(span.spanId),
    parent_span_id: span.parentSpanId === undefined ? null : toBase64Id(span.parentSpanId),
    name: span.name,
    start_time_unix_nano: integer(span.startTimeUnixNano),
    end_time_unix_nano: span.endTimeUnixNano === undefined ? null : integer(span.endTimeUnixNano),
    events: (span.events ?? []).map(({ name, timeUnixNano, attributes }) => ({
      name,
      time_unix_nano: integer(timeUnixNano),
      attributes: plainAttributes(attributes),
    })),
    status: { code: `STATUS_CODE_${statusOf(span)}`, message: failureOf(span) ?? span.status?.message ?? "" },
    attributes: toMlflowAttributes(span, requestId),
    links: (span.links ?? []).map(({ traceId, spanId, attributes }) => ({
      trace_id: `tr-${traceId}`,
      span_id: spanId,
      attributes: plainAttributes(attributes),
    })),
  };
}

function toSpanV2(span: Span, requestId: string): object {
  const status = statusOf(span);
  return {
    name: span.name,
    context: { span_id: `0x${span.spanId}`, trace_id: `0x${span.traceId}` },
    parent_id: span.parentSpanId === undefined ? null : `0x${span.parentSpanId}`,
    start_time: integer(span.startTimeUnixNano),
    end_time: span.endTimeUnixNano === undefined ? null : integer(span.endTimeUnixNano),
    status_code: status,
    status_message: failureOf(span) ?? span.status?.message ?? "",
    attributes: toMlflowAttributes(span, requestId),
    events: (span.events ?? []).map(({ name, timeUnixNano, attributes }) => ({
      name,
      timestamp: integer(timeUnixNano),
      attributes: plainAttributes(attributes),
    })),
  };
}

/** Every value as JSON text; what the span says in another convention is also put under MLflow's keys. */
function toMlflowAttributes(span: Span, requestId: string): Record<string, string> {
  const { type, inputs, outputs, model, provider, usage, cost } = describeSpan(span);
  const own = Object.entries(span.attributes).map(([key, value]): [string, string] => [
    unescapeKey(key),
    key.startsWith("mlflow.") && typeof value === "string"
      ? asJsonText(value)
      : JSON.stringify(toPlain(value)),
  ]);
  const known: [string, unknown][] = [
    [MlflowKey.spanType, type],
    [MlflowKey.inputs, inputs],
    [MlflowKey.outputs, outputs],
    [MlflowKey.model, model],
    [MlflowKey.provider, provider],
    [MlflowKey.tokenUsage, usage && toMlflowUsage(usage)],
    [MlflowKey.cost, cost && toMlflowCost(cost)],
  ];
  return Object.fromEntries([
    ...known.flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, JSON.stringify(value)]],
    ),
    ...own,
    ["mlflow.traceRequestId", JSON.stringify(requestId)],
  ]);
}

function toMlflowUsage(usage: TokenUsage): object {
  return withoutUndefined({
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    cache_read_input_tokens: usage.cacheReadInputTokens,
    cache_creation_input_tokens: usage.cacheCreationInputTokens,
  });
}

function toMlflowCost({ inputCost, outputCost, totalCost }: Cost): object {
  return { input_cost: inputCost, output_cost: outputCost, total_cost: totalCost };
}

function asJsonText(value: string): string {
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}

function metadataOf(info: TraceInfo, schema: string): Record<string, string> {
  return withoutUndefined({
    [MlflowMetadataKey.sessionId]: info.sessionId,
    [MlflowMetadataKey.userId]: info.userId,
    [MlflowMetadataKey.runId]: info.runId,
    [MlflowMetadataKey.tokenUsage]: info.tokenUsage && JSON.stringify(toMlflowUsage(info.tokenUsage)),
    [MlflowMetadataKey.cost]: info.cost && JSON.stringify(toMlflowCost(info.cost)),
    ...withoutUploadNotes(info.traceMetadata),
    [noExperimentKey]: info.experimentId === undefined ? "true" : undefined,
    "mlflow.trace_schema.version": schema,
  }) as Record<string, string>;
}

function stateOf({ state }: TraceInfo): string {
  return state === "UNFINISHED" ? "IN_PROGRESS" : state;
}

function statusOf(span: Span): string {
  return failureOf(span) === undefined ? toStatusName(span.status) : "ERROR";
}

function maybeRound(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms);
}

function plainAttributes(attributes: Attributes | undefined): unknown {
  return toPlain((attributes ?? {}) as Value);
}

/**
 * Nanoseconds are integers in MLflow's JSON, which a JavaScript number cannot hold: the mark is removed from the
 * written text.
 */
function integer(unixNano: string): string {
  return `\u0000ns:${unixNano}`;
}
