import { toTraceId } from "../model/ids.js";
import { hasMethod, isObjectLike } from "../model/objects.js";
import { createRecorder } from "./create-recorder.js";
import { findOpenSpan } from "./open-work.js";
import type { StartSpanOptions, TracingOptions } from "./options.js";
import { createPropagation } from "./propagation.js";
import type { TraceDefaults } from "./recorder.js";
import { createRun } from "./run.js";
import { createTraceCall } from "./trace-function.js";
import type { SpanHook, Tracing, WithSpanOptions } from "./tracing.js";
import { isUnrecorded } from "./unrecorded-span.js";

/**
 * A recorder of your own; the functions of the main entry belong to the one that `init` makes. Throws TypeError if `store` is
 * not a store, such as the promise of one, and RangeError if `sampling` is not from 0 to 1: either would silently record
 * nothing.
 */
export function createTracing(options: TracingOptions): Tracing {
  checkOptions(options);
  const recorder = createRecorder(options);
  const { bridge, work, state, startHooks, endHooks, updateTrace, safely } = recorder;
  const { calls, context, ids, onError, startSpan } = bridge;

  function tracingContext<Result>(given: TraceDefaults | null | undefined, fn: () => Result): Result {
    const around = context.active();
    const { tags, metadata, ...others } = around?.defaults ?? {};
    const defaults = given ?? {};
    const merged = {
      ...others,
      ...defaults,
      tags: { ...tags, ...defaults.tags },
      metadata: { ...metadata, ...defaults.metadata },
    };
    const isKnown = around?.isKnown ?? context.awaits?.isKnown();
    return context.run({ ...around, defaults: merged, isKnown }, fn);
  }

  const missing = (what: string) => onError(new Error(`there is no open ${what}`));

  return {
    trace: createTraceCall(() => calls),
    withSpan(fn, given) {
      const spanOptions = given ?? {};
      const span = startSpan(
        isNamed(spanOptions) ? spanOptions : { ...spanOptions, name: fn.name || "span" },
      );
      return isUnrecorded(span)
        ? span.runBeside(context.active(), fn, span)
        : calls.follower.call(span, fn, spanOptions);
    },
    startSpan,
    startTrace: (traceOptions) =>
      context.run(undefined, () => {
        const span = startSpan(traceOptions);
        safely(() => {
          const { tags, metadata } = traceOptions;
          if (tags || metadata) span.updateTrace({ tags, metadata });
        });
        return span;
      }),
    endSpan: (traceId, spanId, endOptions) =>
      safely(() => {
        const span = findOpenSpan(work.traces.get(toTraceId(traceId)), spanId);
        if (span) span.end(endOptions);
        else missing(`span ${spanId} in trace ${traceId}`);
      }),
    endTrace: (traceId, endOptions) =>
      safely(() => {
        const spans = [...(work.traces.get(toTraceId(traceId))?.open ?? [])].reverse();
        if (spans.length === 0) missing(`trace ${traceId}`);
        for (const span of spans) span.end(span.isLocalRoot ? endOptions : { status: "UNSET" });
      }),
    getCurrentActiveSpan: calls.activeSpan,
    updateCurrentTrace(update) {
      const { span, remote } = context.active() ?? {};
      if (span) span.updateTrace(update);
      else if (remote && state.isOn) updateTrace(remote.traceId, update);
      else if (state.isOn) onError(new Error("updateCurrentTrace needs an active span, got none"));
    },
    getLastActiveTraceId: () => state.lastActiveTraceId,
    tracingContext,
    ...createPropagation(context, ids, safely),
    setExperiment(experiment) {
      state.experimentId = typeof experiment === "object" ? experiment?.experimentId : experiment;
    },
    startRun(runOptions) {
      const started = createRun(runOptions ?? {}, ids.traceId, () => {
        if (state.run === started) state.run = undefined;
      });
      state.run = started;
      return started;
    },
    endRun() {
      state.run = undefined;
    },
    withRun(fn, runOptions) {
      const started = createRun(runOptions ?? {}, ids.traceId, () => undefined);
      return tracingContext({ run: started.info }, () => fn(started));
    },
    registerOnSpanStartHook: (hook) => register(startHooks, hook),
    registerOnSpanEndHook: (hook) => register(endHooks, hook),
    enable() {
      state.isOn = !state.isShutDown;
    },
    disable() {
      state.isOn = false;
    },
    isEnabled: () => state.isOn,
    flush: recorder.flush,
    shutdown: recorder.shutdown,
    stats: recorder.stats,
    bridge,
  };
}

function checkOptions(options: { readonly store?: unknown; readonly sampling?: unknown } | undefined): void {
  const { store, sampling = 1 } = options ?? {};
  const has = (name: string) => isObjectLike(store) && hasMethod(store, name);
  if (!has("write")) {
    const got = has("then") ? "a promise: await openStore" : String(store);
    throw new TypeError(`store must be a TraceStore, got ${got}`);
  }
  if (!(typeof sampling === "number" && sampling >= 0 && sampling <= 1)) {
    throw new RangeError(`sampling must be a number from 0 to 1, got ${String(sampling)}`);
  }
}

function isNamed(options: WithSpanOptions): options is StartSpanOptions {
  return options.name !== undefined;
}

function register(hooks: Set<SpanHook>, hook: SpanHook): () => void {
  hooks.add(hook);
  return () => hooks.delete(hook);
}
