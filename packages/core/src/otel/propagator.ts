import {
  trace,
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { parseTraceparent, writeCarrier } from "../context/propagation.js";
import { isSuppressed } from "./context-manager.js";
import { OtelSpan } from "./otel-span.js";
import { fromRemoteContext, toRemoteContext } from "./span-context.js";

/** W3C Trace Context, as the recorder's `inject` and `extract` write and read it. */
export class SpanbookPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpan(context);
    const remote = toRemoteContext(span?.spanContext());
    if (!remote || isSuppressed(context)) return;
    const sent = span instanceof OtelSpan ? { sentAtUnixNano: span.live.traceScope.clock.now() } : {};
    for (const [key, value] of Object.entries(writeCarrier({ ...remote, ...sent }, {}))) {
      setter.set(carrier, key, value);
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const [traceparent] = [getter.get(carrier, "traceparent")].flat();
    const remote =
      traceparent === undefined
        ? undefined
        : parseTraceparent(traceparent, getter.get(carrier, "tracestate"));
    return remote ? trace.setSpanContext(context, fromRemoteContext(remote)) : context;
  }

  fields(): string[] {
    return ["traceparent", "tracestate"];
  }
}
