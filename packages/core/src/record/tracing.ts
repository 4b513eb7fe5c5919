import type { RecorderStats } from "./batcher.js";
import type { RecorderBridge } from "./bridge.js";
import type { LiveSpan } from "./live-span.js";
import type { EndOptions } from "./span-fields.js";
import type { StartSpanOptions, StartTraceOptions, TraceOptions } from "./options.js";
import type { Propagation } from "./propagation.js";
import type { TraceDefaults } from "./recorder.js";
import type { Run, RunOptions } from "./run.js";
import type { TraceCall } from "./trace-function.js";
import type { TraceUpdate } from "./trace-update.js";

/** A recorder. Two on one page share nothing. */
export interface Tracing extends Propagation {
  /**
   * The function, traced: each call records a span with the arguments by parameter name as inputs and the result as outputs.
   * Apart from that the function stays the same. A promise or a stream is followed to its end. As a decorator it traces a
   * method: `@trace`, `@trace({ spanType: "TOOL" })`.
   */
  readonly trace: TraceCall;
  /** Runs `fn` in a new span, which ends when the result of `fn` has settled. */
  withSpan<Result>(fn: (span: LiveSpan) => Result, options?: WithSpanOptions | null): Result;
  /** Starts a span that the caller ends. It does not become active: see its `run`. */
  startSpan(options: StartSpanOptions): LiveSpan;
  /** Starts the root of a new trace, whatever is active. */
  startTrace(options: StartTraceOptions): LiveSpan;
  /** Ends a span by its ids. Reports to `onError` if no such span is open. */
  endSpan(traceId: string, spanId: string, options?: EndOptions): void;
  /** Ends all open spans of a trace, the root last and with these options. Reports to `onError` if there are none. */
  endTrace(traceId: string, options?: EndOptions): void;
  /** The span in which the calling code runs; undefined outside of any span, and if it is not recorded. */
  getCurrentActiveSpan(): LiveSpan | undefined;
  /** Sets tags, metadata and previews of the active trace; without one it reports to `onError`. */
  updateCurrentTrace(update: TraceUpdate): void;
  /** The id of the trace whose root ended last. */
  getLastActiveTraceId(): string | undefined;
  /** Traces that begin in `fn` start with these tags and metadata; with `enabled: false` none begin. Inner calls win. */
  tracingContext<Result>(defaults: TraceDefaults | null | undefined, fn: () => Result): Result;
  /** Sets the experiment of traces that begin from now on. Its id is its name. */
  setExperiment(experiment: string | { readonly experimentId: string } | null | undefined): void;
  /** Traces that begin from now on carry the run's id, until `endRun`. */
  startRun(options?: RunOptions | null): Run;
  /** Traces that begin from now on belong to no run. */
  endRun(): void;
  /** Traces that begin in `fn` carry the run's id. */
  withRun<Result>(fn: (run: Run) => Result, options?: RunOptions | null): Result;
  /** Calls `hook` with every span right after its start, until the returned function is called. */
  registerOnSpanStartHook(hook: SpanHook): () => void;
  /** Calls `hook` with every span right before its end, when it can still be changed. */
  registerOnSpanEndHook(hook: SpanHook): () => void;
  /** Records again after {@link disable}. */
  enable(): void;
  /** Starts no spans from now on; open ones go on. */
  disable(): void;
  /** False after {@link disable} and {@link shutdown}. */
  isEnabled(): boolean;
  /** Resolves when everything recorded so far is durable; rejects with the store's error if it is not. */
  flush(): Promise<void>;
  /** Flushes, marks open spans as unfinished, and records nothing from then on. */
  shutdown(): Promise<void>;
  /** What became of the spans so far. */
  stats(): RecorderStats;
  /** For other tracing APIs to build on; programs do not need it. */
  readonly bridge: RecorderBridge;
}

/** Called with a span that can still be changed. What it throws goes to `onError`. */
export type SpanHook = (span: LiveSpan) => void;

/** What the span of a block starts with. The default name is that of the function. */
export interface WithSpanOptions
  extends TraceOptions, Pick<StartSpanOptions, "parent" | "startTimeNs" | "links"> {}
