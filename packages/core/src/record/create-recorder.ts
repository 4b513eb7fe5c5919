import { createContext } from "../context/platform-context.js";
import { createIdSource } from "../model/ids.js";
import { createPatchIds } from "../model/patch.js";
import { createClockSource, systemTime } from "../model/time.js";
import { createLineWriter } from "../store/span-line.js";
import { createBatcher, type RecorderStats } from "./batcher.js";
import type { RecorderBridge } from "./bridge.js";
import { whenPageHides, whenProcessEnds } from "./exit.js";
import { createFollower } from "./follow.js";
import type { LiveSpan } from "./live-span.js";
import { createOpenWork, type OpenWork } from "./open-work.js";
import type { StartSpanOptions, TracingOptions } from "./options.js";
import { createOrigin } from "./origin.js";
import { quietly } from "./quietly.js";
import type { Active, Recorder } from "./recorder.js";
import { createSpanStarter, type RecorderState } from "./start-spans.js";
import type { CallRecorder } from "./trace-function.js";
import { toOperations } from "./trace-update.js";
import type { SpanHook } from "./tracing.js";
import { createUnrecordedSpan, isUnrecorded } from "./unrecorded-span.js";

/** A recorder with all its parts; create-tracing.ts builds the API on top of it. */
export interface OpenRecorder {
  readonly bridge: RecorderBridge;
  /** What is open, and what is active. */
  readonly work: OpenWork;
  readonly state: RecorderState;
  readonly startHooks: Set<SpanHook>;
  readonly endHooks: Set<SpanHook>;
  readonly updateTrace: Recorder["updateTrace"];
  /** The task's result; undefined if it throws, which is reported to `onError`. */
  safely<Result>(task: () => Result): Result | undefined;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
  stats(): RecorderStats;
}

/** Assembles a recorder from the parts that start spans, track open ones, batch ended ones, and flush at exit. */
export function createRecorder(options: TracingOptions): OpenRecorder {
  const { store, serviceName = "unknown_service", sampling = 1, retention } = options;
  const time = options.time ?? systemTime;
  const ids = createIdSource(options.fillRandom);
  const newPatchId = createPatchIds(time.wallMs, ids.spanId);
  const work = createOpenWork(createContext<Active>());
  const { context } = work;
  const onError = quietly(options.onError);
  const origin = createOrigin(serviceName, options.redact, onError);
  const { resourceId, scopeId } = origin;
  const usual = { resourceId, scopeId };
  // Few recorders have a retention, so the others do not load the code that applies it.
  const pruner =
    retention &&
    import("./pruner.js")
      .then(({ createPruner }) => createPruner(store, retention, time.wallMs, onError))
      .catch(onError);
  let recorderId: string | undefined;
  const batcher = createBatcher({
    ...options,
    // Late: Cloudflare's runtime gives no random numbers while modules are loaded.
    get recorderId() {
      return (recorderId ??= ids.traceId());
    },
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
      if (span.isLocalRoot) state.lastActiveTraceId = traceId;
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
    lastActiveTraceId: undefined,
    isShutDown: false,
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
  const stopWatching = whenProcessEnds({
    isPending: batcher.hasPending,
    flush: () => batcher.flush().catch(() => undefined),
    flushSync: () => safely(batcher.flushSync),
  });
  const stopWatchingPage = whenPageHides(() => safely(batcher.saveSync));
  // `in`: a store behind a bare Comlink proxy seems to have every method.
  const stopAwaiting = "beforeClose" in store ? store.beforeClose?.(flush) : undefined;

  async function flush(): Promise<void> {
    await batcher.flush();
    await (await pruner)?.settled();
  }

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
    activeSpan() {
      const span = context.active()?.span;
      return span && !isUnrecorded(span) ? span : undefined;
    },
    follower: createFollower(context.awaits),
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

  return {
    work,
    state,
    startHooks,
    endHooks,
    updateTrace: recorder.updateTrace,
    safely,
    flush,
    async shutdown() {
      if (state.isShutDown) return;
      state.isShutDown = true;
      state.isOn = false;
      stopWatching();
      stopWatchingPage();
      work.close();
      try {
        await batcher.close();
        await (await pruner)?.settled();
      } finally {
        stopAwaiting?.();
      }
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
        if (span.isLocalRoot) state.lastActiveTraceId = traceId;
        safely(() => batcher.ended(span));
      },
    },
  };
}
