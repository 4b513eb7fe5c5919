/**
 * OpenTelemetry's context and the recorder's, as one. For the API, what is active in the recorder is a context: the one
 * that `with` was given, with the span that is active now. `with` runs through the recorder, so it follows promises as
 * the recorder does.
 */
import {
  createContextKey,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type ContextManager,
} from "@opentelemetry/api";
import type { RecorderBridge } from "../record/bridge.js";
import type { Active } from "../record/recorder.js";
import { createUnrecordedSpan, isUnrecorded } from "../record/unrecorded-span.js";
import { bridgeOf, type FindTracing } from "./adopted.js";
import { bindEmitter, isEmitter } from "./bind-emitter.js";
import { OtelSpan, otelSpanOf } from "./otel-span.js";
import { fromRemoteContext, remoteContextOf } from "./span-context.js";

// The key that OpenTelemetry's SDK uses (`suppressTracing` of @opentelemetry/core).
const suppressKey = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

export function isSuppressed(context: Context): boolean {
  return context.getValue(suppressKey) === true;
}

/** A context manager for the API over a recorder; without a recorder nothing is active. */
export class SpanbookContextManager implements ContextManager {
  readonly #find: FindTracing;
  /** The contexts made so far, so that the same is returned again. */
  readonly #contexts = new WeakMap<Active, Context>();

  constructor(find: FindTracing) {
    this.#find = find;
  }

  active(): Context {
    const bridge = this.#bridge();
    const active = bridge?.context.active();
    if (!bridge || !active) return ROOT_CONTEXT;
    let context = this.#contexts.get(active);
    if (!context) this.#contexts.set(active, (context = toContext(active, bridge)));
    return context;
  }

  with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    context: Context,
    fn: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    const call = () => fn.apply(thisArg, args);
    const bridge = this.#bridge();
    if (!bridge) return call();
    const active = toActive(context, bridge);
    this.#contexts.set(active, context);
    return bridge.context.run(active, call);
  }

  bind<Target>(context: Context, target: Target): Target {
    if (typeof target === "function") return this.#bindFunction(context, target as Target & AnyFunction);
    if (!isEmitter(target)) return target;
    return bindEmitter(target, (listener) => this.#bindFunction(context, listener));
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }

  #bridge(): RecorderBridge | undefined {
    const tracing = this.#find();
    return tracing && bridgeOf(tracing);
  }

  #bindFunction<Fn extends AnyFunction>(context: Context, fn: Fn): Fn {
    const run = (self: unknown, args: never[]) =>
      this.with(context, () => Reflect.apply(fn, self, args) as unknown);
    return new Proxy(fn, { apply: (_, self: unknown, args: never[]) => run(self, args) });
  }
}

type AnyFunction = (...args: never[]) => unknown;

function toContext({ span, remote, foreign }: Active, { ids }: RecorderBridge): Context {
  const around = isContext(foreign) ? foreign : ROOT_CONTEXT;
  if (span && !isUnrecorded(span)) return trace.setSpan(around, otelSpanOf(span));
  if (remote) return trace.setSpanContext(around, fromRemoteContext(remote));
  if (!span) return around;
  // Not recorded, and everything called from here has to know that.
  return trace.setSpanContext(around, {
    traceId: ids.traceId(),
    spanId: ids.spanId(),
    traceFlags: TraceFlags.NONE,
  });
}

function toActive(context: Context, bridge: RecorderBridge): Active {
  const { defaults } = bridge.context.active() ?? {};
  if (isSuppressed(context)) {
    return { span: createUnrecordedSpan(bridge.context), defaults, foreign: context };
  }
  const span = trace.getSpan(context);
  if (span instanceof OtelSpan && isOf(bridge, span)) {
    return { span: span.live, defaults: span.live.traceScope.defaults, foreign: context };
  }
  return { remote: remoteContextOf(span), defaults, foreign: context };
}

/** Whether a span belongs to this recorder, and not to another on the same page. */
export function isOf(bridge: RecorderBridge, { live }: OtelSpan): boolean {
  return live.traceScope.recorder.context === bridge.context;
}

function isContext(value: unknown): value is Context {
  return typeof value === "object" && value !== null && "getValue" in value;
}
