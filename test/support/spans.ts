/**
 * Spans, patches and batches for tests. Ids come from small numbers and times from milliseconds after {@link epochMs}, so
 * that expected values are exact and can be read.
 */
import {
  contentId,
  digestSpan,
  withoutUndefined,
  type AssessmentValue,
  type Attributes,
  type Cost,
  type Origins,
  type Span,
  type SpanStatusName,
  type TokenUsage,
  type Trace,
  type TraceInfo,
} from "@spanbook/core/model";
import type { Batch, SpanRecord, TracePatch, TraceQuery, TraceStore } from "@spanbook/core/store";

/** 2023-11-14T22:13:20Z: where the times of {@link nano} begin. */
export const epochMs = 1_700_000_000_000;

/** The trace id with that number: 32 digits. */
export function traceId(number: number): string {
  return number.toString(16).padStart(32, "0");
}

/** The span id with that number: 16 digits. */
export function spanId(number: number): string {
  return number.toString(16).padStart(16, "0");
}

/** The time that many milliseconds after {@link epochMs}, exact to the nanosecond. */
export function nano(ms: number): string {
  return (BigInt(epochMs) * 1_000_000n + BigInt(Math.round(ms * 1e6))).toString();
}

/** What a test says about a span; everything has a default. */
export interface SpanSketch {
  /** Numbers for {@link traceId} and {@link spanId}, default 1; without `parent` the span is a root. */
  readonly trace?: number;
  readonly id?: number;
  readonly parent?: number;
  /** Default "answer". */
  readonly name?: string;
  /** Milliseconds after {@link epochMs}; default 0, and 100 after the start. */
  readonly startMs?: number;
  readonly endMs?: number;
  /** Whether the span has not ended; default false. */
  readonly open?: boolean;
  readonly status?: SpanStatusName;
  readonly type?: string;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly model?: string;
  readonly usage?: TokenUsage;
  readonly cost?: Cost;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly experimentId?: string;
  readonly runId?: string;
  readonly attributes?: Attributes;
  /** Any other field of the span, or one that replaces what the sketch gives. */
  readonly fields?: Partial<Span>;
}

/** A span; without arguments the ended root of trace 1, which took 100 ms. */
export function aSpan(sketch: SpanSketch = {}): Span {
  const {
    trace = 1,
    id = 1,
    parent,
    name = "answer",
    startMs = 0,
    endMs = startMs + 100,
    open = false,
  } = sketch;
  return withoutUndefined({
    traceId: traceId(trace),
    spanId: spanId(id),
    parentSpanId: parent === undefined ? undefined : spanId(parent),
    name,
    kind: 1 as const,
    startTimeUnixNano: nano(startMs),
    endTimeUnixNano: open ? undefined : nano(endMs),
    attributes: toAttributes(sketch),
    status: sketch.status && { code: statusCodes[sketch.status] },
    ...sketch.fields,
  });
}

const statusCodes = { UNSET: 0, OK: 1, ERROR: 2 } as const;

function toAttributes(sketch: SpanSketch): Attributes {
  const { usage, cost } = sketch;
  const known = withoutUndefined({
    "mlflow.spanType": toJson(sketch.type),
    "mlflow.spanInputs": toJson(sketch.inputs),
    "mlflow.spanOutputs": toJson(sketch.outputs),
    "mlflow.llm.model": sketch.model,
    "mlflow.chat.tokenUsage": toJson(
      usage && {
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        total_tokens: usage.totalTokens,
        cache_read_input_tokens: usage.cacheReadInputTokens,
        cache_creation_input_tokens: usage.cacheCreationInputTokens,
      },
    ),
    "mlflow.llm.cost": toJson(
      cost && { input_cost: cost.inputCost, output_cost: cost.outputCost, total_cost: cost.totalCost },
    ),
    "session.id": sketch.sessionId,
    "user.id": sketch.userId,
    "mlflow.experimentId": sketch.experimentId,
    "mlflow.sourceRun": sketch.runId,
  });
  return { ...known, ...sketch.attributes };
}

function toJson(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Token usage with its total. */
export function tokens(inputTokens: number, outputTokens: number): TokenUsage {
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

/** The record of a span as a recorder writes it. */
export function recordOf(span: Span, version = 1): SpanRecord {
  return { digest: digestSpan(span, version), payload: JSON.stringify(span) };
}

type WithoutIds<Patch> = Patch extends TracePatch ? Omit<Patch, "id" | "traceId"> : never;

/** A patch of trace 1, or another: the `order`th, so that a greater number wins over a smaller. */
export function aPatch(order: number, operation: WithoutIds<TracePatch>, trace = 1): TracePatch {
  return {
    id: `patch-${String(order).padStart(6, "0")}`,
    traceId: traceId(trace),
    ...operation,
  } as TracePatch;
}

/** An assessment's content: correct, according to code, at {@link epochMs}. */
export function anAssessment(fields: Partial<AssessmentValue> = {}): AssessmentValue {
  const source = { sourceType: "CODE", sourceId: "test" } as const;
  return { name: "correctness", type: "feedback", value: true, source, timeMs: epochMs, ...fields };
}

export interface BatchSketch {
  /** Default: made from the content, so that the same content is a retry. */
  readonly id?: string;
  /** Default "recorder-a". */
  readonly recorderId?: string;
  readonly patches?: readonly TracePatch[];
  readonly origins?: Partial<Origins>;
  readonly final?: boolean;
}

/** A batch of spans (at version 1) and of records. */
export function aBatch(spans: readonly (Span | SpanRecord)[] = [], sketch: BatchSketch = {}): Batch {
  const { recorderId = "recorder-a", patches = [], origins, final } = sketch;
  const records = spans.map((span) => ("digest" in span ? span : recordOf(span)));
  const content = [recorderId, final, patches, records.map(({ digest }) => digest)];
  return {
    id: sketch.id ?? `batch-${contentId(content)}`,
    recorderId,
    spans: records,
    patches,
    origins: { resources: {}, scopes: {}, ...origins },
    ...(final !== undefined && { final }),
  };
}

/** The infos of a page of traces. */
export async function searchInfos(store: TraceStore, query: TraceQuery = {}): Promise<TraceInfo[]> {
  const { traces } = await store.search(query);
  return traces.map(({ info }) => info);
}

/** The info of a trace by its number, default 1; throws if the store has none. */
export async function getInfo(store: TraceStore, trace = 1): Promise<TraceInfo> {
  return (await getTrace(store, trace)).info;
}

/** A trace by its number, default 1; throws if the store has none. */
export async function getTrace(store: TraceStore, trace = 1): Promise<Trace> {
  const found = await store.get(traceId(trace));
  if (!found) throw new Error(`the store has no trace ${trace}`);
  return found;
}
