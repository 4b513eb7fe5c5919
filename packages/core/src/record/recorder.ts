import type { ContextManager } from "../context/context-manager.js";
import type { RemoteContext } from "../context/propagation.js";
import type { Clock } from "../model/time.js";
import type { LineWriter } from "../store/span-line.js";
import type { LiveSpan } from "./live-span.js";
import type { RunInfo } from "./run.js";
import type { TraceUpdate } from "./trace-update.js";

/** What holds for a stretch of the program: the active span, and the defaults of traces that begin there. */
export interface Active {
  readonly span?: LiveSpan | undefined;
  /** The parent if no span of this recorder is active. */
  readonly remote?: RemoteContext | undefined;
  /** What another API has put beside the span, such as OpenTelemetry's context with its baggage. */
  readonly foreign?: unknown;
  readonly defaults?: TraceDefaults | undefined;
  /** False if a span may be active although there is none here, see {@link AwaitContext.isKnown}. */
  readonly isKnown?: boolean | undefined;
}

/** What a new trace starts with. */
export interface TraceDefaults {
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly run?: RunInfo | undefined;
  /** False: no trace begins. */
  readonly enabled?: boolean | undefined;
}

/** How much a span may hold. OpenTelemetry's limits are the defaults, 128 each. */
export interface SpanLimits {
  /** New keys beyond it are dropped. Inputs, outputs and everything else under MLflow's keys do not count. */
  readonly maxAttributes: number;
  /** Beyond it the oldest is dropped. */
  readonly maxEvents: number;
  readonly maxLinks: number;
  /** The most characters kept of one value. */
  readonly maxValueCharacters: number;
}

/** What live spans need from the recorder that made them. */
export interface Recorder {
  readonly context: ContextManager<Active>;
  readonly limits: SpanLimits;
  readonly resourceId: string;
  readonly scopeId: string;
  readonly onError: (error: unknown) => void;
  /** See {@link createLineWriter}. */
  readonly writeLines: LineWriter;
  /** The span is about to end, and can still be changed. */
  beforeEnd(span: LiveSpan): void;
  onEnd(span: LiveSpan): void;
  updateTrace(traceId: string, update: TraceUpdate): void;
}

/** What all spans of one trace share. */
export interface TraceScope {
  readonly recorder: Recorder;
  readonly traceId: string;
  readonly clock: Clock;
  readonly defaults?: TraceDefaults | undefined;
  /** Started and not ended, in order of start. Not a map by id, because few are looked up that way. */
  readonly open: Set<LiveSpan>;
  /** True for the stand-in span that is used when nothing is recorded. */
  readonly isUnrecorded?: boolean;
}
