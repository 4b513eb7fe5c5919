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
   * Returns the function, traced: each call records a span with the arguments by parameter name as inputs and the result as
   * outputs. Otherwise the function behaves as before. A promise or a stream is followed to its end. As a decorator it traces
   * a method: `@trace`, `@trace({ spanType: "TOOL" })`.
   */
  readonly trace: TraceCall;
  /** Runs `fn` in a new span, which ends when the result has settled. Returns the result. */
  withSpan<Result>(fn: (span: LiveSpan) => Result, options?: WithSpanOptions | null): Result;
  /** A span that the caller ends. It is not active by itself: see its `run`. */
  startSpan(options: StartSpanOptions): LiveSpan;
  /** The root of a new trace, whatever is active. */
  startTrace(options: StartTraceOptions): LiveSpan;
  /** Ends a span by its ids. Reports to `onError` if no such span is open. */
  endSpan(traceId: string, spanId: string, options?: EndOptions): void;
  /** Ends all open spans of a trace, the root last and with these options. Reports to `onError` if none is open. */
  endTrace(traceId: string, options?: EndOptions): void;
  /** The span in which the calling code runs; undefined outside of any span, and in one that is not recorded. */
  getCurrentActiveSpan(): LiveSpan | undefined;
  /** Sets tags, metadata and previews of the active trace; without one it reports to `onError`. */
  updateCurrentTrace(update: TraceUpdate): void;
  /** The trace whose root ended last. */
  getLastActiveTraceId(): string | undefined;
  /** Traces that begin in `fn` start with these tags and metadata; with `enabled: false` none begins. Nested calls win. */
  tracingContext<Result>(defaults: TraceDefaults | null | undefined, fn: () => Result): Result;
  /** The experiment of the traces that begin from now on. Its id is its name. */
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
  /** Starts no span from now on; open spans go on. */
  disable(): void;
  /** False after {@link disable} and {@link shutdown}. */
  isEnabled(): boolean;
  /** Resolves when all that was recorded before is durable; rejects with the store's error if it is not. */
  flush(): Promise<void>;
  /** Flushes, marks what is open as unfinished, and records nothing from then on. */
  shutdown(): Promise<void>;
  /** What became of the spans until now. */
  stats(): RecorderStats;
  /** For other tracing APIs that build on this recorder. Programs do not need it. */
  readonly bridge: RecorderBridge;
}

/** Sees a span while it can be changed. What it throws goes to `onError`. */
export type SpanHook = (span: LiveSpan) => void;

/** What the span of a block starts with. The default name is the function's. */
export interface WithSpanOptions
  extends TraceOptions, Pick<StartSpanOptions, "parent" | "startTimeNs" | "links"> {}
