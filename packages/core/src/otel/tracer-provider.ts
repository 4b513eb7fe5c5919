import {
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerOptions,
  type TracerProvider,
} from "@opentelemetry/api";
import type { RemoteContext } from "../context/propagation.js";
import type { SpanKind } from "../model/span.js";
import type { RecorderBridge } from "../record/bridge.js";
import { LiveSpan } from "../record/live-span.js";
import type { Tracing } from "../record/tracing.js";
import { isUnrecorded } from "../record/unrecorded-span.js";
import { bridgeOf, type FindTracing } from "./adopted.js";
import { toValidAttributes } from "./attributes.js";
import { isOf, isSuppressed, SpanbookContextManager } from "./context-manager.js";
import { globalSlot } from "./global-slot.js";
import { OtelSpan, otelSpanOf, toNewLink } from "./otel-span.js";
import { toScope } from "./scope.js";
import { fromRemoteContext, remoteContextOf } from "./span-context.js";
import { toUnixNano } from "./time-input.js";

/** Tracers whose spans a recorder records. Without a recorder they record nothing. */
export class SpanbookTracerProvider implements TracerProvider {
  readonly #find: FindTracing;
  readonly #manager: SpanbookContextManager;

  constructor(find: FindTracing, manager: SpanbookContextManager) {
    this.#find = find;
    this.#manager = manager;
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    const scope = toScope({ name, version, schemaUrl: options?.schemaUrl });
    const scopeIds = new WeakMap<Tracing, string>();
    const find = this.#find;
    const manager = this.#manager;

    function scopeIdIn(tracing: Tracing, bridge: RecorderBridge): string {
      let id = scopeIds.get(tracing);
      if (id === undefined) scopeIds.set(tracing, (id = bridge.addScope(scope)));
      return id;
    }

    function startSpan(spanName: string, spanOptions: SpanOptions = {}, context = contextApi.active()): Span {
      const tracing = find();
      if (!tracing || isSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
      const bridge = bridgeOf(tracing);
      const parent = spanOptions.root ? undefined : parentIn(context, bridge);
      const { kind = 0, attributes, links = [], startTime } = spanOptions;
      const start = () =>
        bridge.startSpan({
          name: spanName,
          parent,
          kind: (kind + 1) as SpanKind,
          attributes: toValidAttributes(attributes),
          links: links.map(toNewLink),
          startTimeNs: toUnixNano(startTime),
          scopeId: scopeIdIn(tracing, bridge),
        });
      // In the running context the recorder knows best, even if it has to infer; any other context without a span
      // begins a trace.
      const isHere = !spanOptions.root && context === contextApi.active();
      const { defaults } = bridge.context.active() ?? {};
      const live = parent || isHere ? start() : bridge.context.run({ defaults }, start);
      // UNSET, because one of our own spans that ends without a status would become OK.
      return isUnrecorded(live) ? unrecorded(parent, bridge) : otelSpanOf(live.setStatus("UNSET"));
    }

    function startActiveSpan(spanName: string, ...args: unknown[]): unknown {
      const fn = args.pop() as (span: Span) => unknown;
      const [spanOptions, given] = args as [SpanOptions?, Context?];
      const context = given ?? contextApi.active();
      const span = startSpan(spanName, spanOptions, context);
      const inside = trace.setSpan(context, span);
      const call = () => fn(span);
      // If the API uses another's context manager, both have to know the span.
      const isOwn = globalSlot()?.context instanceof SpanbookContextManager;
      return manager.with(inside, isOwn ? call : () => contextApi.with(inside, call));
    }

    return { startSpan, startActiveSpan: startActiveSpan as Tracer["startActiveSpan"] };
  }
}

/** The span of the context. If it has none and the API does not use our context manager, the recorder's active span. */
function parentIn(context: Context, bridge: RecorderBridge): LiveSpan | RemoteContext | undefined {
  const span = trace.getSpan(context);
  if (span instanceof OtelSpan && isOf(bridge, span)) return span.live;
  const remote = remoteContextOf(span);
  if (remote || globalSlot()?.context instanceof SpanbookContextManager) return remote;
  const active = bridge.context.active();
  return active?.span ?? active?.remote;
}

/** A span that records nothing, with a context that tells everything called from it not to record either. */
function unrecorded(parent: LiveSpan | RemoteContext | undefined, { ids }: RecorderBridge): Span {
  const known = parent && !(parent instanceof LiveSpan && isUnrecorded(parent)) ? parent : undefined;
  return trace.wrapSpanContext(
    fromRemoteContext({
      traceId: known?.traceId ?? ids.traceId(),
      spanId: ids.spanId(),
      traceFlags: TraceFlags.NONE,
      traceState: known?.traceState,
      isElsewhere: false,
    }),
  );
}
