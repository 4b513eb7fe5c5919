import { createContext } from "../context/platform-context.js";
import { createIdSource, toTraceId } from "../model/ids.js";
import { hasMethod, isObjectLike } from "../model/objects.js";
import { createPatchIds } from "../model/patch.js";
import { createClockSource, systemTime } from "../model/time.js";
import { createLineWriter } from "../store/span-line.js";
import { createBatcher } from "./batcher.js";
import { whenPageHides, whenProcessEnds } from "./exit.js";
import { createFollower } from "./follow.js";
import type { LiveSpan } from "./live-span.js";
import { createOpenWork } from "./open-work.js";
import type { StartSpanOptions, TracingOptions } from "./options.js";
import { createOrigin } from "./origin.js";
import { createPropagation } from "./propagation.js";
import { quietly } from "./quietly.js";
import type { Active, Recorder, TraceDefaults } from "./recorder.js";
import { createRun } from "./run.js";
import { createSpanStarter, type RecorderState } from "./start-spans.js";
import { createTraceCall, type CallRecorder } from "./trace-function.js";
import { toOperations } from "./trace-update.js";
import type { SpanHook, Tracing, WithSpanOptions } from "./tracing.js";
import { createUnrecordedSpan, isUnrecorded } from "./unrecorded-span.js";

/**
 * A recorder of your own. The functions of the main entry are those of the one that `init` makes. Throws TypeError for what is no
 * store, such as the promise of one, and RangeError for a `sampling` that is no share: both would record nothing, unseen.
 */
export function createTracing(options: TracingOptions): Tracing {
  const { store, serviceName = "unknown_service", sampling = 1, retention } = options;
  checkOptions(store, sampling);
  const time = options.time ?? systemTime;
  const ids = createIdSource(options.fillRandom);
  const newPatchId = createPatchIds(time.wallMs, ids.spanId);
  const work = createOpenWork(createContext<Active>());
  const { context, traces } = work;
  const { awaits } = context;
  const onError = quietly(options.onError);
  const origin = createOrigin(serviceName, options.redact, onError);
  const { resourceId, scopeId } = origin;
  const usual = { resourceId, scopeId };
  // Few recorders have a retention: the others need not load what applies it.
  const pruner =
    retention &&
    import("./pruner.js")
      .then(({ createPruner }) => createPruner(store, retention, time.wallMs, onError))
      .catch(onError);
  const batcher = createBatcher({
    ...options,
    recorderId: ids.traceId(),
    origins: origin.origins,
    usual,
    newBatchId: ids.traceId,
    onError,
    onWritten: pruner && ((endedRoots) => void pruner.then((loaded) => loaded?.written(endedRoots))),
    onFailed: pruner && ((error) => void pruner.then((loaded) => loaded?.failed(error))),
  });
  const { maxAttributes = 128, maxEvents = 128, maxLinks = 128, maxValueCharacters = 1 << 20 } = options;
  const recorder: Recorder = {
    context,
    limits: { maxAttributes, maxEvents, maxLinks, maxValueCharacters },
    ...usual,
    onError,
    writeLines: createLineWriter(),
    beforeEnd: (span) => callHooks(endHooks, span),
    onEnd(span) {
      const { traceId, traceScope } = span;
      if (span.isLocalRoot) lastActiveTraceId = traceId;
      if (traceScope.open.size === 0) work.remove(traceId);
      batcher.ended(span);
    },
    updateTrace: (traceId, update) =>
      safely(() => {
        for (const operation of toOperations(update, maxValueCharacters)) {
          batcher.patched({ id: newPatchId(), traceId, ...operation });
        }
      }),
  };
  const state: RecorderState = {
    isOn: true,
    experimentId: options.experiment ?? options.experimentId,
    run: undefined,
  };
  const startHooks = new Set<SpanHook>();
  const endHooks = new Set<SpanHook>();
  const unsampled = createUnrecordedSpan(context);
  const starter = createSpanStarter({
    recorder,
    work,
    ids,
    startClock: createClockSource(time).startTrace,
    unsampled,
    sampling,
    state,
    onStart(span) {
      callHooks(startHooks, span);
      batcher.started(span);
    },
  });
  let lastActiveTraceId: string | undefined;
  let isShutDown = false;
  const stopWatching = whenProcessEnds({
    isPending: batcher.hasPending,
    flush: () => batcher.flush().catch(() => undefined),
    flushSync: () => safely(batcher.flushSync),
  });
  const stopWatchingPage = whenPageHides(() => safely(batcher.saveSync));

  function safely<Result>(task: () => Result): Result | undefined {
    try {
      return task();
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  function callHooks(hooks: ReadonlySet<SpanHook>, span: LiveSpan): void {
    if (hooks.size > 0) for (const hook of hooks) safely(() => hook(span));
  }

  const calls: CallRecorder = {
    decide: starter.decide,
    begin(...args) {
      try {
        return starter.begin(...args);
      } catch (error) {
        onError(error);
        return unsampled;
      }
    },
    activeSpan: getCurrentActiveSpan,
    follower: createFollower(awaits),
    onError,
  };

  function startSpan(spanOptions: StartSpanOptions): LiveSpan {
    try {
      return starter.startSpan(spanOptions);
    } catch (error) {
      onError(error);
      return unsampled;
    }
  }

  function getCurrentActiveSpan(): LiveSpan | undefined {
    const span = context.active()?.span;
    return span && !isUnrecorded(span) ? span : undefined;
  }

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
    const isKnown = around?.isKnown ?? awaits?.isKnown();
    return context.run({ ...around, defaults: merged, isKnown }, fn);
  }

  const missing = (what: string) => onError(new Error(`there is no open ${what}`));

  const tracing: Tracing = {
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
        const span = traces.get(toTraceId(traceId))?.open.get(spanId);
        if (span) span.end(endOptions);
        else missing(`span ${spanId} in trace ${traceId}`);
      }),
    endTrace: (traceId, endOptions) =>
      safely(() => {
        const spans = [...(traces.get(toTraceId(traceId))?.open.values() ?? [])].reverse();
        if (spans.length === 0) missing(`trace ${traceId}`);
        for (const span of spans) span.end(span.isLocalRoot ? endOptions : { status: "UNSET" });
      }),
    getCurrentActiveSpan,
    updateCurrentTrace(update) {
      const { span, remote } = context.active() ?? {};
      if (span) span.updateTrace(update);
      else if (remote && state.isOn) recorder.updateTrace(remote.traceId, update);
      else if (state.isOn) onError(new Error("updateCurrentTrace needs an active span, got none"));
    },
    getLastActiveTraceId: () => lastActiveTraceId,
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
      state.isOn = !isShutDown;
    },
    disable() {
      state.isOn = false;
    },
    isEnabled: () => state.isOn,
    async flush() {
      await batcher.flush();
      await (await pruner)?.settled();
    },
    async shutdown() {
      if (isShutDown) return;
      isShutDown = true;
      state.isOn = false;
      stopWatching();
      stopWatchingPage();
      work.close();
      await batcher.close();
      await (await pruner)?.settled();
    },
    stats: batcher.stats,
    bridge: {
      calls,
      context,
      ids,
      onError,
      startSpan,
      rootAttributes: () => starter.rootAttributes(context.active()?.defaults),
      addResource: origin.addResource,
      addScope: origin.addScope,
      useDialects: batcher.useDialects,
      started: (span) => safely(() => batcher.started(span)),
      ended(span, traceId) {
        if (span.isLocalRoot) lastActiveTraceId = traceId;
        safely(() => batcher.ended(span));
      },
    },
  };
  return tracing;
}

function checkOptions(store: unknown, sampling: unknown): void {
  const has = (name: string) => isObjectLike(store) && hasMethod(store, name);
  if (!has("write")) {
    const got = has("then") ? "a promise: await what openStore gives" : String(store);
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
