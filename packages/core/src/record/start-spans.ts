/** How spans begin: whether they are recorded, whose children they are, and what they start with. */
import { isSampled, type RemoteContext } from "../context/propagation.js";
import { MlflowKey, MlflowMetadataKey } from "../model/dialects/mlflow.js";
import { toTraceId, type IdSource } from "../model/ids.js";
import type { Clock } from "../model/time.js";
import { checkHexIds } from "./check-hex-ids.js";
import { LiveSpan } from "./live-span.js";
import type { LiveSpanFields, Relation } from "./span-fields.js";
import { findOpenSpan, toGuessed, type OpenWork } from "./open-work.js";
import type { StartSpanOptions, TraceOptions } from "./options.js";
import type { Recorder, TraceDefaults, TraceScope } from "./recorder.js";
import type { Run } from "./run.js";
import type { Decision } from "./trace-function.js";
import { isUnrecorded } from "./unrecorded-span.js";

/** What a span starts with, whether of this API or another. */
type StartOptions = StartSpanOptions & Pick<LiveSpanFields, "scopeId">;

/** The part of a recorder that changes while it runs. */
export interface RecorderState {
  isOn: boolean;
  experimentId: string | undefined;
  run: Run | undefined;
  /** The trace of the root that ended last. */
  lastActiveTraceId: string | undefined;
  isShutDown: boolean;
}

export interface SpanStarter {
  /** Whether a span that begins now is recorded, and where; undefined if it is not and there is nothing to do. */
  decide(samplingRatio?: number, parent?: LiveSpan | RemoteContext): Decision | undefined;
  begin(options: StartOptions, decision: Decision | undefined, inputs: unknown, parent?: LiveSpan): LiveSpan;
  startSpan(options: StartOptions & Pick<TraceOptions, "samplingRatio">): LiveSpan;
  /** The attributes by which the root of a trace names its experiment and run. */
  rootAttributes(defaults: TraceDefaults | undefined, experimentId?: string): Record<string, string>;
}

export interface StarterParts {
  readonly recorder: Recorder;
  readonly work: OpenWork;
  readonly ids: IdSource;
  startClock(): Clock;
  /** Returned when nothing is recorded. */
  readonly unsampled: LiveSpan;
  readonly sampling: number;
  readonly state: Readonly<RecorderState>;
  onStart(span: LiveSpan): void;
}

const joined: Decision = {};

export function createSpanStarter(parts: StarterParts): SpanStarter {
  const { recorder, work, ids, startClock, unsampled, sampling, state, onStart } = parts;
  const { context, traces } = work;

  function decide(samplingRatio = sampling, parent?: LiveSpan | RemoteContext): Decision | undefined {
    if (!state.isOn) return undefined;
    const active = context.active();
    if (active?.defaults?.enabled === false) return undefined;
    const around = parent ?? active?.span ?? active?.remote;
    if (around instanceof LiveSpan) return isUnrecorded(around) ? undefined : joined;
    if (around) return isSampled(around) ? { remote: around } : undefined;
    const isUnknown = active?.isKnown === false || context.awaits?.isKnown() === false;
    const guess = isUnknown ? work.guess() : undefined;
    if (guess?.isUnrecorded) return undefined;
    if (guess?.parent) return { guess };
    const newTraceId = ids.sampledTraceId(samplingRatio);
    return newTraceId === undefined ? { unsampled, active } : { newTraceId, guess };
  }

  function startSpan(spanOptions: StartOptions & Pick<TraceOptions, "samplingRatio">): LiveSpan {
    const { traceId, samplingRatio, inputs, parent } = spanOptions;
    if (traceId !== undefined) return state.isOn ? joinTrace(toTraceId(traceId), spanOptions) : unsampled;
    const decision = decide(samplingRatio, parent);
    return begin(spanOptions, decision, inputs, parent instanceof LiveSpan ? parent : undefined);
  }

  function begin(
    spanOptions: StartOptions,
    decision: Decision | undefined,
    inputs: unknown,
    parent?: LiveSpan,
  ): LiveSpan {
    if (!decision || decision.unsampled) return unsampled;
    const { newTraceId, guess, remote } = decision;
    const guessed = guess ? toGuessed(spanOptions, guess) : spanOptions;
    const active = context.active();
    const around = remote ?? parent ?? active?.span ?? guess?.parent;
    if (newTraceId !== undefined || !around) {
      return openRoot(newTrace(newTraceId ?? ids.traceId(), active?.defaults), guessed, inputs);
    }
    return around instanceof LiveSpan
      ? openChild(around, guessed, inputs)
      : joinRemote(around, guessed, inputs);
  }

  function joinTrace(traceId: string, spanOptions: StartOptions): LiveSpan {
    const known = traces.get(traceId);
    const [root] = known?.open ?? [];
    const parentId = spanOptions.parentId ?? root?.spanId;
    checkHexIds(traceId, parentId);
    const trace = known ?? newTrace(traceId, context.active()?.defaults);
    const { inputs } = spanOptions;
    return parentId === undefined
      ? openRoot(trace, spanOptions, inputs)
      : open(trace, { parentId }, spanOptions, inputs);
  }

  function joinRemote(remote: RemoteContext, spanOptions: StartOptions, inputs: unknown): LiveSpan {
    const { traceId, spanId: parentId, traceState, sentAtUnixNano, isElsewhere = true } = remote;
    const known = traces.get(traceId);
    const parent = findOpenSpan(known, parentId);
    if (parent) return openChild(parent, spanOptions, inputs);
    checkHexIds(traceId, parentId);
    const trace = known ?? newTrace(traceId, context.active()?.defaults);
    if (sentAtUnixNano !== undefined) trace.clock.advanceTo(sentAtUnixNano);
    const relation = { parentId, traceState, isParentRemote: isElsewhere };
    return isElsewhere
      ? openRoot(trace, spanOptions, inputs, relation)
      : open(trace, relation, spanOptions, inputs);
  }

  function newTrace(traceId: string, defaults: TraceDefaults | undefined): TraceScope {
    return { recorder, traceId, clock: startClock(), defaults, open: new Set() };
  }

  /** The first span of this recorder in a trace, whose parent, if it has one, is elsewhere. */
  function openRoot(
    trace: TraceScope,
    spanOptions: StartOptions & { experimentId?: string },
    inputs: unknown,
    relation: Relation = {},
  ): LiveSpan {
    const { defaults } = trace;
    const runName = runOf(defaults)?.runName;
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
    experimentId = state.experimentId,
  ): Record<string, string> {
    const info = runOf(defaults);
    return {
      ...(experimentId !== undefined && { [MlflowKey.experimentId]: JSON.stringify(experimentId) }),
      ...(info && { [MlflowKey.runId]: JSON.stringify(info.runId) }),
    };
  }

  function runOf(defaults: TraceDefaults | undefined) {
    return defaults?.run ?? state.run?.info;
  }

  function openChild(parent: LiveSpan, spanOptions: StartOptions, inputs: unknown): LiveSpan {
    const { spanId: parentId, traceState, traceScope } = parent;
    return open(traceScope, { parentId, traceState }, spanOptions, inputs);
  }

  function open(
    trace: TraceScope,
    relation: Relation,
    spanOptions: StartOptions,
    inputs: unknown,
    ownAttributes?: Readonly<Record<string, string>>,
  ): LiveSpan {
    const { spanType, attributes, logLevel, links } = spanOptions;
    const span = new LiveSpan(trace, ids.spanId(), relation, spanOptions);
    if (trace.open.size === 0) work.add(trace);
    trace.open.add(span);
    if (ownAttributes) span.setAttributes(ownAttributes);
    if (spanType !== undefined) span.setSpanType(spanType);
    if (inputs !== undefined) span.setInputs(inputs);
    if (attributes) span.setAttributes(attributes);
    if (logLevel !== undefined) span.setLogLevel(logLevel);
    if (links) for (const link of links) span.addLink(link);
    onStart(span);
    return span;
  }

  return { decide, begin, startSpan, rootAttributes };
}
