/**
 * The default instance behind the module-level functions: the one piece of module state. Functions may be wrapped before
 * `init`; until then they run as if they were not traced.
 */
import type { RecorderStats } from "./batcher.js";
import type { LiveSpan } from "./live-span.js";
import { traceFunction } from "./trace-function.js";
import { createTracing, type StartSpanOptions, type TraceOptions, type TraceUpdate } from "./tracing.js";
import type { Tracing, TracingOptions } from "./tracing.js";
import { createUnrecordedSpan } from "./unrecorded-span.js";

let current: Tracing | undefined;

/** Starts recording into a store. Called again, it lets the recorder before it finish and takes its place. */
export function init(options: TracingOptions): Tracing {
  const previous = current;
  current = createTracing(options);
  // What the one before could not write it has told its own onError.
  previous?.shutdown().catch(() => undefined);
  return current;
}

/** See {@link Tracing.trace}. */
export function trace<Fn extends (...args: never[]) => unknown>(fn: Fn, options?: TraceOptions): Fn {
  return traceFunction(fn, options, () => current?.startSpan);
}

/** See {@link Tracing.withSpan}. */
export function withSpan<Result>(fn: (span: LiveSpan) => Result, options?: TraceOptions): Result {
  return current ? current.withSpan(fn, options) : fn(createUnrecordedSpan());
}

/** See {@link Tracing.startSpan}. */
export function startSpan(options: StartSpanOptions): LiveSpan {
  return current ? current.startSpan(options) : createUnrecordedSpan();
}

/** See {@link Tracing.getCurrentActiveSpan}. */
export function getCurrentActiveSpan(): LiveSpan | undefined {
  return current?.getCurrentActiveSpan();
}

/** See {@link Tracing.updateCurrentTrace}. */
export function updateCurrentTrace(update: TraceUpdate): void {
  current?.updateCurrentTrace(update);
}

/** See {@link Tracing.getLastActiveTraceId}. */
export function getLastActiveTraceId(): string | undefined {
  return current?.getLastActiveTraceId();
}

/** See {@link Tracing.flush}. */
export async function flush(): Promise<void> {
  await current?.flush();
}

/** MLflow's name for {@link flush}. */
export const flushTraces = flush;

/** See {@link Tracing.shutdown}. */
export async function shutdown(): Promise<void> {
  await current?.shutdown();
}

/** See {@link Tracing.stats}; undefined before `init`. */
export function stats(): RecorderStats | undefined {
  return current?.stats();
}
