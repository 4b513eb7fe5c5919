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
  /** Where the spans are written. The caller closes it, after `shutdown`. */
  readonly store: TraceStore &
    Partial<Pick<SyncWritableStore, "writeSync"> & Pick<ClosingStore, "beforeClose">>;
  /** The experiment its traces belong to; its id is its name. */
  readonly experiment?: string | undefined;
  /** MLflow's name for `experiment`. */
  readonly experimentId?: string | undefined;
  /** The `service.name` of the resource; default "unknown_service". */
  readonly serviceName?: string | undefined;
  /** The share of traces that are recorded, 0 to 1, default 1. Decided where a trace begins, for all its spans. */
  readonly sampling?: number | undefined;
  /** Sees spans and patches before they leave the recorder. */
  readonly redact?: Redaction | undefined;
  /** What models cost: spans that know their tokens get a cost. */
  readonly prices?: Prices | undefined;
  /** What the store may keep: older traces are deleted after a write, now and then. */
  readonly retention?: Retention | undefined;
  /**
   * Called with the failures of the recorder and its store, which never reach the traced code. A failure that repeats is
   * reported once, until a batch has been written.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** How long a change waits before it is written; milliseconds, default 200. A root that ends does not wait. */
  readonly flushIntervalMs?: number | undefined;
  /** A batch is written when it holds this many ended spans; default 512. */
  readonly maxBatchSpans?: number | undefined;
  /** How many ended spans are kept for a store that is slow or fails; more are dropped and counted. Default 65,536. */
  readonly maxBufferedSpans?: number | undefined;
  /** The same for the text that these spans hold, in characters; default 134,217,728 (128 Mi). */
  readonly maxBufferedCharacters?: number | undefined;
  /** For tests: where time and randomness come from. */
  readonly time?: TimeSource | undefined;
  /** Fills the pool with random bytes, for ids and sampling. */
  readonly fillRandom?: ((pool: Uint8Array<ArrayBuffer>) => unknown) | undefined;
}

/** What a span starts with. */
export interface SpanOptions {
  /** Default: the name of what is traced, else "span". */
  readonly name?: string | undefined;
  /** One of `SpanType`, or any other text. */
  readonly spanType?: string | undefined;
  /** Any value. For a traced function they replace the arguments. */
  readonly inputs?: unknown;
  /** Each as `setAttribute` takes it. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** Default: that of the span type. */
  readonly logLevel?: SpanLogLevel | SpanLogLevelName | undefined;
  /** Default: now. */
  readonly startTimeNs?: UnixNano | undefined;
}

/** What a span starts with, and what it belongs to. */
export interface StartSpanOptions extends SpanOptions {
  /** What is shown. Names need not be unique. */
  readonly name: string;
  /** Default: the active span. What `extract` returns can be a parent too. */
  readonly parent?: LiveSpan | RemoteContext | undefined;
  /** Instead of `parent`: the id of the trace to join, which may be another recorder's. */
  readonly traceId?: string | undefined;
  /** With `traceId`: the id of the parent. Default: the root of that trace, if it is open here. */
  readonly parentId?: string | undefined;
  /** Ids in lower-case hex. */
  readonly links?: readonly NewSpanLink[] | undefined;
  /** OTLP's number; default 1, internal. */
  readonly kind?: SpanKind | undefined;
}

/** What a new trace and its root start with. */
export interface StartTraceOptions extends SpanOptions {
  /** Of the root, and so of the trace. */
  readonly name: string;
  /** Can be changed and deleted later. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Stays as it is written. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** In place of the recorder's experiment. */
  readonly experimentId?: string | undefined;
}

/** How a result that comes in parts is recorded. */
export interface FollowOptions {
  /** Folds the elements of a stream into the span's outputs; without it they are the outputs. */
  readonly outputReducer?: ((chunks: readonly never[]) => unknown) | undefined;
}

/** What each call of a traced function records. */
export interface TraceOptions extends Omit<SpanOptions, "startTimeNs">, FollowOptions {
  /** In place of the recorder's `sampling`, where the call begins a trace. */
  readonly samplingRatio?: number | undefined;
}
