import type { RemoteContext } from "../context/propagation.js";
import type { SpanLogLevel, SpanLogLevelName } from "../model/log-level.js";
import type { SpanKind } from "../model/span.js";
import type { TimeSource } from "../model/time.js";
import type { ClosingStore, SyncWritableStore, TraceStore } from "../store/contract.js";
import type { Retention } from "../store/retention.js";
import type { Prices } from "./cost.js";
import type { LiveSpan } from "./live-span.js";
import type { SpanLimits } from "./recorder.js";
import type { Redaction } from "./redaction.js";
import type { NewSpanLink } from "./span-fields.js";
import type { UnixNano } from "./span-time.js";

/** Options of a recorder. Only `store` is required. */
export interface TracingOptions extends Partial<SpanLimits> {
  /** Where the spans go. The caller closes it, after `shutdown`. */
  readonly store: TraceStore &
    Partial<Pick<SyncWritableStore, "writeSync"> & Pick<ClosingStore, "beforeClose">>;
  /** The experiment its traces belong to; its id is its name. */
  readonly experiment?: string | undefined;
  /** MLflow's name for `experiment`. */
  readonly experimentId?: string | undefined;
  /** The `service.name` of the resource; default "unknown_service". */
  readonly serviceName?: string | undefined;
  /** The share of traces that are recorded, 0 to 1, default 1. Decided when a trace begins, for all its spans. */
  readonly sampling?: number | undefined;
  /** Sees spans and patches before they leave the recorder. */
  readonly redact?: Redaction | undefined;
  /** What models cost, to compute the cost of spans with token counts. */
  readonly prices?: Prices | undefined;
  /** How much the store may keep: from time to time, older traces are deleted after a write. */
  readonly retention?: Retention | undefined;
  /**
   * Called with the failures of the recorder and its store, which never reach the traced code. The same failure is reported
   * once, until a batch was written.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** How long a change waits before it is written; milliseconds, default 200. The end of a root is written at once. */
  readonly flushIntervalMs?: number | undefined;
  /** A batch is written when it holds this many ended spans; default 512. */
  readonly maxBatchSpans?: number | undefined;
  /** The most ended spans to keep for a store that is slow or fails; what exceeds it is dropped and counted. Default 65,536. */
  readonly maxBufferedSpans?: number | undefined;
  /** The same for the text that these spans hold, in characters; default 134,217,728 (128 Mi). */
  readonly maxBufferedCharacters?: number | undefined;
  /** For tests: the source of time. */
  readonly time?: TimeSource | undefined;
  /** For tests: fills an array with random bytes, for ids and sampling. */
  readonly fillRandom?: ((pool: Uint8Array<ArrayBuffer>) => unknown) | undefined;
}

/** What a span starts with. */
export interface SpanOptions {
  /** Default: the name of what is traced, or "span". */
  readonly name?: string | undefined;
  /** One of `SpanType`, or any other text. */
  readonly spanType?: string | undefined;
  /** Any value. For a traced function: recorded instead of its arguments. */
  readonly inputs?: unknown;
  /** As `setAttribute` takes them. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** Default: that of the span type. */
  readonly logLevel?: SpanLogLevel | SpanLogLevelName | undefined;
  /** Default: now. */
  readonly startTimeNs?: UnixNano | undefined;
}

/** What a span starts with, and its place in a trace. */
export interface StartSpanOptions extends SpanOptions {
  /** What is shown. Names need not be unique. */
  readonly name: string;
  /** Default: the active span. A result of `extract` can be a parent too. */
  readonly parent?: LiveSpan | RemoteContext | undefined;
  /** By id instead of `parent`: the trace to join, which may be another recorder's, and the span in it. */
  readonly traceId?: string | undefined;
  /** Default: the root of that trace, if it is open here. */
  readonly parentId?: string | undefined;
  /** Ids in lower-case hex. */
  readonly links?: readonly NewSpanLink[] | undefined;
  /** OTLP's number; default 1, internal. */
  readonly kind?: SpanKind | undefined;
}

/** What a new trace and its root start with. */
export interface StartTraceOptions extends SpanOptions {
  /** The name of the root, and so of the trace. */
  readonly name: string;
  /** Can be changed and deleted later. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Unlike tags, not meant to change. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Instead of the recorder's experiment. */
  readonly experimentId?: string | undefined;
}

/** How a result that comes in parts is recorded. */
export interface FollowOptions {
  /** Folds the elements of a stream into the span's outputs; without it they are the outputs. */
  readonly outputReducer?: ((chunks: readonly never[]) => unknown) | undefined;
}

/** What each call of a traced function records. */
export interface TraceOptions extends Omit<SpanOptions, "startTimeNs">, FollowOptions {
  /** Instead of the recorder's `sampling`, if the call begins a trace. */
  readonly samplingRatio?: number | undefined;
}
