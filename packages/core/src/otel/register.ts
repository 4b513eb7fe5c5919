import {
  context,
  propagation,
  trace,
  type ContextManager,
  type ProxyTracerProvider,
  type TracerProvider,
} from "@opentelemetry/api";
import { currentTracing } from "../record/default-tracing.js";
import { quietly } from "../record/quietly.js";
import type { Tracing } from "../record/tracing.js";
import type { FindTracing } from "./adopted.js";
import { SpanbookContextManager } from "./context-manager.js";
import { globalSlot } from "./global-slot.js";
import { SpanbookPropagator } from "./propagator.js";
import { SpanbookTracerProvider } from "./tracer-provider.js";

/**
 * Makes every library that is instrumented with OpenTelemetry record here, nested with our own spans in both directions: sets
 * the API's global tracer provider, context manager and propagator. Without a recorder it uses the one that `init` makes, also
 * if that happens later.
 *
 * All or nothing: returns false, with the reason through `onError`, if one of them is refused because another is registered or
 * because the slot belongs to another version of `@opentelemetry/api`. An earlier registration of ours is replaced.
 */
export function register(tracing?: Tracing): boolean {
  unregister();
  const find = toFind(tracing);
  const manager = new SpanbookContextManager(find);
  const slot = globalSlot();
  const before = { ...slot };
  const isSet = {
    trace: trace.setGlobalTracerProvider(new SpanbookTracerProvider(find, manager)),
    context: context.setGlobalContextManager(manager),
    propagation: propagation.setGlobalPropagator(new SpanbookPropagator()),
  };
  const refused = (["trace", "context", "propagation"] as const).filter((part) => !isSet[part]);
  if (refused.length === 0) return true;
  unregister();
  const reasons = refused.map((part) =>
    before[part] === undefined
      ? `${part} (the slot belongs to version ${slot?.version ?? "unknown"} of @opentelemetry/api)`
      : `${part} (another is registered)`,
  );
  const report = find()?.bridge.onError ?? quietly(undefined);
  report(new Error(`OpenTelemetry's API refused to register: ${reasons.join(", ")}`));
  return false;
}

/** Removes from the API what {@link register} has set, and leaves what others have set. */
export function unregister(): void {
  const slot = globalSlot();
  const provider = (slot?.trace as Partial<ProxyTracerProvider> | undefined)?.getDelegate?.();
  if (provider instanceof SpanbookTracerProvider) trace.disable();
  if (slot?.context instanceof SpanbookContextManager) context.disable();
  if (slot?.propagation instanceof SpanbookPropagator) propagation.disable();
}

/**
 * A tracer provider to hand to a library, without registering anything globally. Its spans nest with our own, and with those of
 * other OpenTelemetry libraries if {@link createContextManager}'s manager, or `register`'s, is the API's.
 */
export function createTracerProvider(tracing?: Tracing): TracerProvider {
  const find = toFind(tracing);
  return new SpanbookTracerProvider(find, new SpanbookContextManager(find));
}

/**
 * A context manager to pass to OpenTelemetry's SDK, so that its spans and ours nest in both directions; see
 * {@link SpanbookSpanProcessor}.
 */
export function createContextManager(tracing?: Tracing): ContextManager {
  return new SpanbookContextManager(toFind(tracing));
}

function toFind(tracing: Tracing | undefined): FindTracing {
  return tracing ? () => tracing : currentTracing;
}
