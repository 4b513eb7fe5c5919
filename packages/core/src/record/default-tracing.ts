/**
 * The default instance behind the module-level functions. This is module state; the only other such state is what all
 * recorders of a page or process share, in `context` and exit.ts. Functions may be wrapped before `init`; until then
 * they run untraced.
 */
import { readCarrier, type Carrier, type TraceHeaders } from "../context/propagation.js";
import type { TraceClient } from "../store/client.js";
import type { TraceStore } from "../store/contract.js";
import { createTracing } from "./create-tracing.js";
import type { TracingOptions } from "./options.js";
import { createTraceCall, type CallRecorder } from "./trace-function.js";
import type { Tracing } from "./tracing.js";
import { createUnrecordedSpan } from "./unrecorded-span.js";

interface Current {
  readonly tracing: Tracing;
  readonly store: TraceStore;
  client?: TraceClient;
}

let current: Current | undefined;
let isDisabled = false;

/** Starts recording into a store. Called again, it lets the previous recorder finish and replaces it. */
export function init(options: TracingOptions): Tracing {
  const previous = current?.tracing;
  const tracing = createTracing(options);
  current = { tracing, store: options.store };
  if (isDisabled) tracing.disable();
  // What it cannot write is reported to its own onError.
  previous?.shutdown().catch(() => undefined);
  return tracing;
}

/** See {@link Tracing.trace}. */
export const trace: Tracing["trace"] = createTraceCall(findCallRecorder);

/** What records traced calls now; undefined before `init`. */
export function findCallRecorder(): CallRecorder | undefined {
  return current?.tracing.bridge.calls;
}

/** See {@link Tracing.withSpan}. */
export const withSpan: Tracing["withSpan"] = (fn, options) =>
  current ? current.tracing.withSpan(fn, options) : fn(createUnrecordedSpan());

/** See {@link Tracing.startSpan}. */
export const startSpan: Tracing["startSpan"] = (options) =>
  current?.tracing.startSpan(options) ?? createUnrecordedSpan();

/** See {@link Tracing.startTrace}. */
export const startTrace: Tracing["startTrace"] = (options) =>
  current?.tracing.startTrace(options) ?? createUnrecordedSpan();

/** See {@link Tracing.endSpan}. */
export const endSpan = optional("endSpan");
/** See {@link Tracing.endTrace}. */
export const endTrace = optional("endTrace");
/** See {@link Tracing.getCurrentActiveSpan}. */
export const getCurrentActiveSpan = optional("getCurrentActiveSpan");
/** See {@link Tracing.updateCurrentTrace}. */
export const updateCurrentTrace = optional("updateCurrentTrace");
/** See {@link Tracing.getLastActiveTraceId}. */
export const getLastActiveTraceId = optional("getLastActiveTraceId");
/** See {@link Tracing.endRun}. */
export const endRun = optional("endRun");
/** See {@link Tracing.stats}; undefined before `init`. */
export const stats: () => ReturnType<Tracing["stats"]> | undefined = optional("stats");

/** See {@link Tracing.setExperiment}. */
export const setExperiment = required("setExperiment");
/** See {@link Tracing.startRun}. */
export const startRun = required("startRun");
/** See {@link Tracing.withRun}. */
export const withRun = required("withRun");
/** See {@link Tracing.registerOnSpanStartHook}. */
export const registerOnSpanStartHook = required("registerOnSpanStartHook");
/** See {@link Tracing.registerOnSpanEndHook}. */
export const registerOnSpanEndHook = required("registerOnSpanEndHook");

/** See {@link Tracing.tracingContext}. */
export const tracingContext: Tracing["tracingContext"] = (defaults, fn) =>
  current ? current.tracing.tracingContext(defaults, fn) : fn();

/** See {@link Tracing.inject}. */
export const inject: Tracing["inject"] = <Target extends object>(carrier: Target = {} as Target) =>
  current ? current.tracing.inject(carrier) : carrier;

/** See {@link Tracing.extract}. */
export const extract: Tracing["extract"] = (carrier) =>
  current ? current.tracing.extract(carrier) : carrier && readCarrier(carrier);

/** See {@link Tracing.withContext}. */
export const withContext: Tracing["withContext"] = (remote, fn) =>
  current ? current.tracing.withContext(remote, fn) : fn();

/** {@link inject} into new headers, under MLflow's name. */
export const getTracingContextHeadersForHttpRequest = (): TraceHeaders => inject();

/**
 * {@link withContext} with headers, under MLflow's name. If they name no trace, `fn` just runs, and starts a trace of its own.
 */
export const withTracingContextFromHeaders = <Result>(headers: Carrier, fn: () => Result): Result =>
  withContext(extract(headers), fn);

/** The same, for an `fn` that returns a promise. */
export const withTracingContextFromHeadersAsync: <Result>(
  headers: Carrier,
  fn: () => Promise<Result>,
) => Promise<Result> = withTracingContextFromHeaders;

/** The recorder of the last `init`; undefined before the first. */
export function currentTracing(): Tracing | undefined {
  return current?.tracing;
}

/** The id of the experiment with that name, which is the name: the store need not be asked, and two tabs cannot disagree. */
export function createExperiment(name: string): string {
  return name;
}

/** See {@link Tracing.enable}. Also applies to recorders that `init` makes later. */
export function enable(): void {
  isDisabled = false;
  current?.tracing.enable();
}

/** See {@link Tracing.disable}. Also applies to recorders that `init` makes later. */
export function disable(): void {
  isDisabled = true;
  current?.tracing.disable();
}

/** See {@link Tracing.flush}. */
export async function flush(): Promise<void> {
  await current?.tracing.flush();
}

/** MLflow's name for {@link flush}. */
export const flushTraces = flush;

/** See {@link Tracing.shutdown}. */
export async function shutdown(): Promise<void> {
  await current?.tracing.shutdown();
}

/**
 * The client over the store that `init` was given, once everything recorded before is in it. Imported on first use,
 * because a page that only records does not need it.
 */
export async function openClient(): Promise<TraceClient> {
  const asked = requireCurrent();
  const [{ createClient }] = await Promise.all([
    import("../store/client.js"),
    // onError has been told what could not be written; the client is opened all the same.
    asked.tracing.flush().catch(() => undefined),
  ]);
  return (asked.client ??= createClient(asked.store));
}

type Method = (...args: unknown[]) => unknown;

/** A function of the default instance that does nothing, and returns undefined, before `init`. */
function optional<Name extends keyof Tracing>(name: Name): Tracing[Name] {
  return ((...args: unknown[]) => current && (current.tracing[name] as Method)(...args)) as Tracing[Name];
}

/** A function of the default instance that throws before `init`. */
function required<Name extends keyof Tracing>(name: Name): Tracing[Name] {
  return ((...args: unknown[]) => (requireCurrent().tracing[name] as Method)(...args)) as Tracing[Name];
}

function requireCurrent(): Current {
  if (!current) throw new Error("init must be called first");
  return current;
}
