import { isSampled, type RemoteContext } from "../context/propagation.js";
import { createContext } from "../context/platform-context.js";
import { MlflowKey, MlflowMetadataKey } from "../model/dialects/mlflow.js";
import { createIdSource } from "../model/ids.js";
import { createPatchIds } from "../model/patch.js";
import { createClockSource, systemTime } from "../model/time.js";
import { createBatcher } from "./batcher.js";
import { whenPageHides, whenProcessEnds } from "./exit.js";
import { createFollower } from "./follow.js";
import { createInference, toGuessed } from "./inference.js";
import { LiveSpan, type LiveSpanFields } from "./live-span.js";
import type { StartSpanOptions, TraceOptions, TracingOptions } from "./options.js";
import { createOrigin } from "./origin.js";
import { createPropagation } from "./propagation.js";
import { quietly } from "./quietly.js";
import type { Active, Recorder, TraceDefaults, TraceScope } from "./recorder.js";
import { createRun, type Run } from "./run.js";
import { toUnixNanoText } from "./span-time.js";
import { createTraceCall, type CallRecorder, type Decision } from "./trace-function.js";
import { toOperations } from "./trace-update.js";
import type { SpanHook, Tracing } from "./tracing.js";
import { createUnrecordedSpan, isUnrecorded } from "./unrecorded-span.js";

/** What a span starts with, of this API or another. */
type StartOptions = StartSpanOptions & Pick<LiveSpanFields, "scopeId">;
/** What a span is to its trace. */
type Relation = Pick<LiveSpanFields, "parentId" | "isParentRemote" | "traceState">;

const joined: Decision = {};

/** A recorder of one's own. The functions of the main entry are those of the one that `init` makes. */
export function createTracing(options: TracingOptions): Tracing {
  const { store, serviceName = "unknown_service", sampling = 1, retention } = options;
  const time = options.time ?? systemTime;
  const ids = createIdSource(options.fillRandom);
  const newPatchId = createPatchIds(time.wallMs, ids.spanId);
  const clocks = createClockSource(time);
  const context = createContext<Active>();
  const { awaits } = context;
  const origin = createOrigin(serviceName);
  const { resourceId, scopeId } = origin;
  const onError = quietly(options.onError);
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
    newBatchId: ids.traceId,
    onError,
    onWritten: pruner && ((batch) => void pruner.then((loaded) => loaded?.written(batch))),
    onFailed: pruner && ((error) => void pruner.then((loaded) => loaded?.failed(error))),
  });
  const { maxAttributes = 128, maxEvents = 128, maxLinks = 128, maxValueCharacters = 1 << 20 } = options;
  const recorder: Recorder = {
    context,
    limits: { maxAttributes, maxEvents, maxLinks, maxValueCharacters },
    resourceId,
    scopeId,
    onError,
    beforeEnd: (span) => callHooks(endHooks, span),
    onEnd(span) {
      const { traceId, traceScope } = span;
      if (span.isLocalRoot) lastActiveTraceId = traceId;
      if (traceScope.open.size === 0) forget(traceId);
      batcher.ended(span);
    },
    updateTrace: (traceId, update) =>
      safely(() => {
        for (const operation of toOperations(update, maxValueCharacters)) {
          batcher.patched({ id: newPatchId(), traceId, ...operation });
        }
      }),
  };
  const inference = createInference(context);
  const unsampled = createUnrecordedSpan(inference.unrecorded);
  /** A trace begins that is not recorded. */
  const left: Decision = { unsampled };
  const follower = createFollower(awaits);
  /** Traces with open spans of this recorder. */
  const traces = new Map<string, TraceScope>();
  const startHooks = new Set<SpanHook>();
  const endHooks = new Set<SpanHook>();
  let experimentId = options.experiment ?? options.experimentId;
  let run: Run | undefined;
  let lastActiveTraceId: string | undefined;
  let isOn = true;
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
    for (const hook of hooks) safely(() => hook(span));
  }

  function decide(samplingRatio = sampling, parent?: LiveSpan | RemoteContext): Decision | undefined {
    if (!isOn) return undefined;
    const active = context.active();
    if (active?.defaults?.enabled === false) return undefined;
    const around = parent ?? active?.span ?? active?.remote;
    if (around instanceof LiveSpan) return isUnrecorded(around) ? undefined : joined;
    if (around) return isSampled(around) ? { remote: around } : undefined;
    const guess =
      active?.isKnown === false || awaits?.isKnown() === false ? inference.guess(traces) : undefined;
    if (guess?.isUnrecorded) return undefined;
    if (guess?.parent) return { guess };
    const newTraceId = ids.sampledTraceId(samplingRatio);
    return newTraceId === undefined ? left : { newTraceId, guess };
  }

  function remember(trace: TraceScope): void {
    if (traces.size === 0 && awaits) {
      awaits.carryPlatform(true);
      // Nothing was open, so nothing of this recorder can be active in the running job.
      if (!awaits.isKnown() && !inference.guess(traces)) awaits.knowNothing();
    }
    traces.set(trace.traceId, trace);
  }

  function forget(traceId: string): void {
    traces.delete(traceId);
    if (traces.size === 0) awaits?.carryPlatform(false);
  }

  function newTrace(traceId: string, defaults: TraceDefaults | undefined): TraceScope {
    return { recorder, traceId, clock: clocks.startTrace(), defaults, open: new Map() };
  }

  function startSpan(spanOptions: StartOptions & Pick<TraceOptions, "samplingRatio">): LiveSpan {
    return (
      safely(() => {
        const { traceId, samplingRatio, inputs, parent } = spanOptions;
        if (traceId !== undefined) return isOn ? joinTrace(toTraceId(traceId), spanOptions) : unsampled;
        const decision = decide(samplingRatio, parent);
        return begin(spanOptions, decision, inputs, parent instanceof LiveSpan ? parent : undefined);
      }) ?? unsampled
    );
  }

  function begin(
    spanOptions: StartOptions,
    decision: Decision | undefined,
    inputs: unknown,
    parent?: LiveSpan,
  ): LiveSpan {
    if (!decision || decision.unsampled) return unsampled;
    const { newTraceId, remote, guess } = decision;
    if (remote) return joinRemote(remote, spanOptions, inputs);
    const active = context.active();
    const around = parent ?? active?.span ?? guess?.parent;
    const guessed = guess ? toGuessed(spanOptions, guess) : spanOptions;
    return newTraceId === undefined && around
      ? openChild(around, guessed, inputs)
      : openRoot(newTrace(newTraceId ?? ids.traceId(), active?.defaults), guessed, inputs);
  }

  function joinTrace(traceId: string, spanOptions: StartOptions): LiveSpan {
    const known = traces.get(traceId);
    const [root] = known?.open.values() ?? [];
    const parentId = spanOptions.parentId ?? root?.spanId;
    const trace = known ?? newTrace(traceId, context.active()?.defaults);
    const { inputs } = spanOptions;
    return parentId === undefined
      ? openRoot(trace, spanOptions, inputs)
      : open(trace, { parentId }, spanOptions, inputs);
  }

  function joinRemote(remote: RemoteContext, spanOptions: StartOptions, inputs: unknown): LiveSpan {
    const { traceId, spanId: parentId, traceState, sentAtUnixNano, isElsewhere = true } = remote;
    const known = traces.get(traceId);
    const parent = known?.open.get(parentId);
    if (parent) return openChild(parent, spanOptions, inputs);
    const trace = known ?? newTrace(traceId, context.active()?.defaults);
    if (sentAtUnixNano !== undefined) trace.clock.advanceTo(sentAtUnixNano);
    const relation = { parentId, traceState, isParentRemote: isElsewhere };
    return isElsewhere
      ? openRoot(trace, spanOptions, inputs, relation)
      : open(trace, relation, spanOptions, inputs);
  }

  /** The first span of this recorder in a trace, whose parent, if it has one, is elsewhere. */
  function openRoot(
    trace: TraceScope,
    spanOptions: StartOptions & { experimentId?: string },
    inputs: unknown,
    relation: Relation = {},
  ): LiveSpan {
    const { defaults } = trace;
    const runName = (defaults?.run ?? run?.info)?.runName;
    const metadata = runName === undefined ? undefined : { [MlflowMetadataKey.runName]: runName };
    if (defaults || metadata) {
      recorder.updateTrace(trace.traceId, {
        tags: defaults?.tags,
        metadata: { ...metadata, ...defaults?.metadata },
      });
    }
    return open(trace, relation, spanOptions, inputs, rootAttributes(defaults, spanOptions.experimentId));
  }

  function rootAttributes(
    defaults: TraceDefaults | undefined,
    experiment = experimentId,
  ): Record<string, string> {
    const info = defaults?.run ?? run?.info;
    return {
      ...(experiment !== undefined && { [MlflowKey.experimentId]: JSON.stringify(experiment) }),
      ...(info && { [MlflowKey.runId]: JSON.stringify(info.runId) }),
    };
  }

  function openChild(parent: LiveSpan, spanOptions: StartOptions, inputs: unknown): LiveSpan {
    const { spanId: parentId, traceState, traceScope } = parent;
    return open(traceScope, { parentId, traceState }, spanOptions, inputs);
  }

  function open(
    trace: TraceScope,
    relation: Relation,
    { name, kind, scopeId, spanType, attributes, logLevel, links, startTimeNs }: StartOptions,
    inputs: unknown,
    ownAttributes?: Readonly<Record<string, string>>,
  ): LiveSpan {
    const startTimeUnixNano = toUnixNanoText(startTimeNs);
    const span = new LiveSpan(trace, {
      spanId: ids.spanId(),
      name,
      kind,
      scopeId,
      startTimeUnixNano,
      parentId: relation.parentId,
      isParentRemote: relation.isParentRemote,
      traceState: relation.traceState,
    });
    if (trace.open.size === 0) remember(trace);
    trace.open.set(span.spanId, span);
    if (ownAttributes) span.setAttributes(ownAttributes);
    if (spanType !== undefined) span.setSpanType(spanType);
    if (inputs !== undefined) span.setInputs(inputs);
    if (attributes) span.setAttributes(attributes);
    if (logLevel !== undefined) span.setLogLevel(logLevel);
    for (const link of links ?? []) span.addLink(link);
    callHooks(startHooks, span);
    batcher.started(span);
    return span;
  }

  function getCurrentActiveSpan(): LiveSpan | undefined {
    const span = context.active()?.span;
    return span && !isUnrecorded(span) ? span : undefined;
  }

  function tracingContext<Result>(defaults: TraceDefaults, fn: () => Result): Result {
    const around = context.active();
    const { tags, metadata, ...others } = around?.defaults ?? {};
    const merged = {
      ...others,
      ...defaults,
      tags: { ...tags, ...defaults.tags },
      metadata: { ...metadata, ...defaults.metadata },
    };
    const isKnown = around?.isKnown ?? awaits?.isKnown();
    const { run: runIn } = merged.enabled === false ? inference.unrecorded : context;
    return runIn({ ...around, defaults: merged, isKnown }, fn);
  }

  const missing = (what: string) => onError(new Error(`there is no open ${what}`));

  const calls: CallRecorder = {
    decide,
    begin: (...args) => safely(() => begin(...args)) ?? unsampled,
    activeSpan: getCurrentActiveSpan,
    follower,
    onError,
  };

  const tracing: Tracing = {
    trace: createTraceCall(() => calls),
    withSpan(fn, spanOptions = {}) {
      const span = startSpan({ ...spanOptions, name: spanOptions.name ?? (fn.name || "span") });
      const call = () => fn(span);
      return isUnrecorded(span) ? span.run(call) : follower.call(span, call, spanOptions);
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
      else if (remote && isOn) recorder.updateTrace(remote.traceId, update);
      else if (isOn) onError(new Error("updateCurrentTrace needs an active span, got none"));
    },
    getLastActiveTraceId: () => lastActiveTraceId,
    tracingContext,
    ...createPropagation(context, ids, safely, onError),
    setExperiment(experiment) {
      experimentId = typeof experiment === "object" ? experiment.experimentId : experiment;
    },
    startRun(runOptions = {}) {
      const started = createRun(runOptions, ids.traceId, () => {
        if (run === started) run = undefined;
      });
      run = started;
      return started;
    },
    endRun() {
      run = undefined;
    },
    withRun(fn, runOptions = {}) {
      const started = createRun(runOptions, ids.traceId, () => undefined);
      return tracingContext({ run: started.info }, () => fn(started));
    },
    registerOnSpanStartHook: (hook) => register(startHooks, hook),
    registerOnSpanEndHook: (hook) => register(endHooks, hook),
    enable() {
      isOn = !isShutDown;
    },
    disable() {
      isOn = false;
    },
    isEnabled: () => isOn,
    async flush() {
      await batcher.flush();
      await (await pruner)?.settled();
    },
    async shutdown() {
      if (isShutDown) return;
      isShutDown = true;
      isOn = false;
      stopWatching();
      stopWatchingPage();
      awaits?.carryPlatform(false);
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
      rootAttributes: () => rootAttributes(context.active()?.defaults),
      addResource: origin.addResource,
      addScope: origin.addScope,
      useDialects: batcher.useDialects,
      isOn: () => isOn,
      started: (span) => safely(() => batcher.started(span)),
      ended(span, traceId) {
        if (span.isLocalRoot) lastActiveTraceId = traceId;
        safely(() => batcher.ended(span));
      },
    },
  };
  return tracing;
}

function register(hooks: Set<SpanHook>, hook: SpanHook): () => void {
  hooks.add(hook);
  return () => hooks.delete(hook);
}

/** MLflow's trace ids have a prefix. */
function toTraceId(traceId: string): string {
  return traceId.replace(/^tr-/, "");
}
