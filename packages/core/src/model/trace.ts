import type { Assessment } from "./assessment.js";
import type { Origins, Span, SpanStatusName } from "./span.js";

/** A trace as stores return it, and as the widget and the exporters take it. */
export interface Trace {
  readonly info: TraceInfo;
  readonly data: TraceData;
}

/** A trace's spans, and the resources and scopes that they refer to. */
export interface TraceData extends Origins {
  /** Ordered by start, then by span id. Empty when only digests or records were asked for. */
  readonly spans: readonly Span[];
  /** The same spans without their payloads, in the same order. Empty unless asked for. */
  readonly digests: readonly SpanDigest[];
  /** The JSON text of each of the spans, in the same order; absent unless records were asked for. */
  readonly payloads?: readonly string[];
}

/**
 * - IN_PROGRESS: the root is open and its recorder is alive
 * - UNFINISHED: the root is open and its recorder is gone
 * - OK, ERROR: the root has ended; ERROR if its status says so
 *
 * A trace without a root (late or foreign spans) is open while any of its spans is, and is alive while the recorder of its
 * earliest span is; when all have ended it is ERROR if any failed. Once a trace has ended, the state set by
 * `updateCurrentTrace({ state })` counts instead of the root's.
 */
export type TraceState = "IN_PROGRESS" | "UNFINISHED" | "OK" | "ERROR";

/** A trace's summary, and what can be changed later. */
export interface TraceInfo {
  readonly traceId: string;
  /** The root's name, or the earliest span's while there is no root. */
  readonly name: string;
  readonly state: TraceState;
  /** Milliseconds since the Unix epoch, with a fraction. */
  readonly requestTime: number;
  /** The exact start that `requestTime` rounds; it changes only if an earlier root arrives late. */
  readonly startTimeUnixNano: string;
  /** Milliseconds, with a fraction; absent while the root is open. */
  readonly executionDuration?: number;
  readonly requestPreview?: string;
  readonly responsePreview?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly traceMetadata: Readonly<Record<string, string>>;
  readonly clientRequestId?: string;
  /** Feedback and expectations, in the order they were made; absent if there are none. */
  readonly assessments?: readonly Assessment[];
  readonly experimentId?: string;
  readonly runId?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly spanCount: number;
  readonly openSpanCount: number;
  /** Spans whose status is ERROR. */
  readonly errorCount: number;
  readonly tokenUsage?: TokenUsage;
  readonly cost?: Cost;
  /** The store's revision at the trace's last change; see `changes` of the store. */
  readonly revision: number;
}

/** What a store knows of a span without reading its payload: it folds summaries and fills indexed columns from this. */
export interface SpanDigest {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** One of `SpanType`, or any other text. */
  readonly type: string;
  readonly status: SpanStatusName;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano?: string;
  /** Increased by the recorder with every record of the same span. */
  readonly version: number;
  readonly model?: string;
  readonly provider?: string;
  readonly usage?: TokenUsage;
  readonly cost?: Cost;
  readonly sessionId?: string;
  readonly userId?: string;
  /** On roots only. */
  readonly experimentId?: string;
  readonly runId?: string;
  readonly requestPreview?: string;
  readonly responsePreview?: string;
}

/** Token counts. `inputTokens` includes those read from a cache if the provider counts them that way. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheCreationInputTokens?: number;
  /** The output tokens that were spent on reasoning. */
  readonly reasoningOutputTokens?: number;
}

/** US dollars. */
export interface Cost {
  readonly inputCost: number;
  readonly outputCost: number;
  readonly totalCost: number;
}
