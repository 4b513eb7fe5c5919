import { maybeAsyncContext } from "../context/async-storage.js";
import { createSyncContext } from "../context/sync-context.js";
import { MlflowKey, MlflowMetadataKey } from "../model/dialects/mlflow.js";
import { contentId, createIdSource } from "../model/ids.js";
import { createPatchIds, type TraceField } from "../model/patch.js";
import type { Resource, Scope } from "../model/span.js";
import { createClockSource, systemTime, type TimeSource } from "../model/time.js";
import type { TraceStore, SyncWritableStore } from "../store/contract.js";
import { version } from "../model/version.js";
import { createBatcher, type RecorderStats } from "./batcher.js";
import { messageOf } from "./capture.js";
import { whenProcessEnds } from "./exit.js";
import { callAndFollow, type FollowOptions } from "./follow.js";
import { LiveSpan, toUnixNanoText, type TraceScope, type UnixNano } from "./live-span.js";
import { traceFunction } from "./trace-function.js";
import { createUnrecordedSpan, isUnrecorded } from "./unrecorded-span.js";

export interface TracingOptions {
  /** Where the spans go. It stays the caller's to close, after `shutdown`. */
  readonly store: TraceStore & Partial<Pick<SyncWritableStore, "writeSync">>;
  /** The experiment its traces belong to. */
  readonly experiment?: string;
  /** The `service.name` of the resource; default "unknown_service". */
  readonly serviceName?: string;
  /** Told of every failure of the recorder and its store, which never reach the traced code. */
  readonly onError?: (error: unknown) => void;
  /** How long a change waits before it is written; milliseconds, default 200. A root that ends does not wait. */
  readonly flushIntervalMs?: number;
  /** A batch is written when it holds so many ended spans; default 512. */
  readonly maxBatchSpans?: number;
  /** Ended spans kept for a store that is slow or fails; what is over is dropped and counted. Default 65,536. */
  readonly maxBufferedSpans?: number;
  /** The longest text kept of one value, in characters; default 1,048,576. */
  readonly maxValueCharacters?: number;
  /** For tests: where time and randomness come from. */
  readonly time?: TimeSource;
  readonly fillRandom?: (pool: Uint8Array<ArrayBuffer>) => unknown;
}

export interface SpanOptions {
  readonly name?: string;
  /** One of `SpanType`, or any other text. */
  readonly spanType?: string;
  readonly inputs?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface StartSpanOptions extends SpanOptions {
  readonly name: string;
  /** Default: the active span. */
  readonly parent?: LiveSpan;
  readonly startTimeNs?: UnixNano;
}

export interface TraceOptions extends SpanOptions, FollowOptions {}

/** What of a trace can be set while it runs. */
export interface TraceUpdate {
  readonly tags?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly requestPreview?: string;
  readonly responsePreview?: string;
  readonly clientRequestId?: string;
}

/** A recorder. Two on one page share nothing. */
export interface Tracing {
  /**
   * The function, traced: each call records a span with the arguments by parameter name as inputs and the result as
   * outputs. `this`, name and length are the function's own. A promise or a generator is followed to its end.
   */
  trace<Fn extends (...args: never[]) => unknown>(fn: Fn, options?: TraceOptions): Fn;
  /** Runs `fn` in a new span, which ends when what it gives back has settled. */
  withSpan<Result>(fn: (span: LiveSpan) => Result, options?: TraceOptions): Result;
  /** A span that the caller ends. It is not active by itself: see its `run`. */
  startSpan(options: StartSpanOptions): LiveSpan;
  getCurrentActiveSpan(): LiveSpan | undefined;
  /** Sets tags, metadata and previews of the active trace; without one it reports to `onError`. */
  updateCurrentTrace(update: TraceUpdate): void;
  /** The trace whose root ended last. */
  getLastActiveTraceId(): string | undefined;
  /** Resolves when all that was recorded before is durable; rejects with the store's error if it is not. */
  flush(): Promise<void>;
  /** Flushes, marks what is open as unfinished, and records nothing from then on. */
  shutdown(): Promise<void>;
  stats(): RecorderStats;
}

export function createTracing(options: TracingOptions): Tracing {
  const { store, experiment, serviceName = "unknown_service", maxValueCharacters = 1 << 20 } = options;
  const { flushIntervalMs = 200, maxBatchSpans = 512, maxBufferedSpans = 65_536 } = options;
  const time = options.time ?? systemTime;
  const ids = createIdSource(options.fillRandom);
  const newPatchId = createPatchIds(time.wallMs, ids.spanId);
  const clocks = createClockSource(time);
  const context = maybeAsyncContext<LiveSpan>() ?? createSyncContext<LiveSpan>();
  const { resource, scope } = describeRecorder(serviceName);
  const [resourceId, scopeId] = [contentId(resource), contentId(scope)];
  const onError = quietly(options.onError);
  const batcher = createBatcher({
    store,
    recorderId: ids.traceId(),
    origins: { resources: { [resourceId]: resource }, scopes: { [scopeId]: scope } },
    newBatchId: ids.traceId,
    onError,
    flushIntervalMs,
    maxBatchSpans,
    maxBufferedSpans,
  });
  const rootAttributes =
    experiment === undefined ? undefined : { [MlflowKey.experimentId]: JSON.stringify(experiment) };
  let lastActiveTraceId: string | undefined;
  let isShutDown = false;
  const stopWatching = whenProcessEnds({
    isPending: batcher.hasPending,
    flush: () => batcher.flush().catch(() => undefined),
    flushSync: batcher.flushSync,
    onError,
  });

  function newTrace(): TraceScope {
    return {
      traceId: ids.traceId(),
      clock: clocks.startTrace(),
      maxValueCharacters,
      resourceId,
      scopeId,
      run: context.run,
      onEnd(span) {
        if (span.parentId === undefined) lastActiveTraceId = span.traceId;
        batcher.ended(span);
      },
    };
  }

  function startSpan({
    name,
    spanType,
    inputs,
    attributes,
    parent,
    startTimeNs,
  }: StartSpanOptions): LiveSpan {
    if (isShutDown) return createUnrecordedSpan();
    const around = parent ?? context.active();
    const isRoot = around === undefined || isUnrecorded(around);
    const trace = isRoot ? newTrace() : around.traceScope;
    const startTimeUnixNano = toUnixNanoText(startTimeNs);
    const span = new LiveSpan(trace, {
      spanId: ids.spanId(),
      name,
      ...(!isRoot && { parentId: around.spanId }),
      ...(startTimeUnixNano !== undefined && { startTimeUnixNano }),
    });
    if (isRoot && rootAttributes) span.setAttributes(rootAttributes);
    if (spanType !== undefined) span.setSpanType(spanType);
    if (inputs !== undefined) span.setInputs(inputs);
    if (attributes) span.setAttributes(attributes);
    batcher.started(span);
    return span;
  }

  function withSpan<Result>(fn: (span: LiveSpan) => Result, spanOptions: TraceOptions = {}): Result {
    const span = startSpan({ ...spanOptions, name: spanOptions.name ?? (fn.name || "span") });
    return callAndFollow(span, () => fn(span), spanOptions);
  }

  function updateCurrentTrace(update: TraceUpdate): void {
    const span = context.active();
    if (!span) {
      onError(new Error("updateCurrentTrace needs an active span, got none"));
      return;
    }
    const { tags = {}, metadata = {}, sessionId, userId } = update;
    const { traceId } = span;
    const trace = () => ({ id: newPatchId(), traceId });
    for (const [key, value] of Object.entries(tags)) {
      batcher.patched({ ...trace(), op: "setTag", key, value: String(value) });
    }
    const users = { [MlflowMetadataKey.sessionId]: sessionId, [MlflowMetadataKey.userId]: userId };
    for (const [key, value] of Object.entries({ ...metadata, ...users })) {
      if (value !== undefined) batcher.patched({ ...trace(), op: "setMetadata", key, value: String(value) });
    }
    for (const field of ["requestPreview", "responsePreview", "clientRequestId"] satisfies TraceField[]) {
      const value = update[field];
      if (value !== undefined) batcher.patched({ ...trace(), op: "setField", field, value: String(value) });
    }
  }

  return {
    trace: (fn, traceOptions) => traceFunction(fn, traceOptions, () => (isShutDown ? undefined : startSpan)),
    withSpan,
    startSpan,
    getCurrentActiveSpan: () => context.active(),
    updateCurrentTrace,
    getLastActiveTraceId: () => lastActiveTraceId,
    flush: () => batcher.flush(),
    async shutdown() {
      if (isShutDown) return;
      isShutDown = true;
      stopWatching();
      await batcher.close();
    },
    stats: () => batcher.stats(),
  };
}

function describeRecorder(serviceName: string): { resource: Resource; scope: Scope } {
  return {
    resource: {
      attributes: {
        "service.name": serviceName,
        "telemetry.sdk.name": "spanbook",
        "telemetry.sdk.language": "document" in globalThis ? "webjs" : "nodejs",
        "telemetry.sdk.version": version,
      },
    },
    scope: { name: "@spanbook/core", version },
  };
}

// A failing error handler must not reach the traced program either.
function quietly(onError: ((error: unknown) => void) | undefined): (error: unknown) => void {
  let warned = false;
  return (error) => {
    try {
      if (onError) onError(error);
      else if (!warned) emitWarning(messageOf(error));
      warned = true;
    } catch {
      // There is nobody left to tell.
    }
  };
}

function emitWarning(message: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (warning: string, type: string) => void } };
  process?.emitWarning?.(`spanbook: ${message}`, "SpanbookWarning");
}
