import { createTraceState, isSpanContextValid, type Span, type SpanContext } from "@opentelemetry/api";
import type { RemoteContext } from "../context/propagation.js";
import type { LiveSpan } from "../record/live-span.js";
import { isTimeInput, toUnixNano } from "./time-input.js";

/** With what the API does not know: the sender's time. */
type SentSpanContext = SpanContext & Pick<RemoteContext, "sentAtUnixNano">;

/** A remote context as the API has it. */
export function fromRemoteContext(remote: RemoteContext): SentSpanContext {
  const { traceId, spanId, traceFlags = 1, traceState, sentAtUnixNano, isElsewhere = true } = remote;
  return {
    traceId,
    spanId,
    traceFlags,
    ...(isElsewhere && { isRemote: true }),
    ...(traceState !== undefined && { traceState: createTraceState(traceState) }),
    ...(sentAtUnixNano !== undefined && { sentAtUnixNano }),
  };
}

/** The way back; undefined where the ids are none. */
export function toRemoteContext(spanContext: SentSpanContext | undefined): RemoteContext | undefined {
  if (!spanContext || !isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceFlags, traceState, isRemote = false, sentAtUnixNano } = spanContext;
  return {
    traceId,
    spanId,
    traceFlags,
    isElsewhere: isRemote,
    traceState: traceState?.serialize() || undefined,
    sentAtUnixNano,
  };
}

/**
 * The context of a span that another recorder made, such as OpenTelemetry's SDK, with its start: what begins below it does not begin
 * before.
 */
export function remoteContextOf(span: Span | undefined): RemoteContext | undefined {
  if (!span) return undefined;
  const { startTime } = span as { readonly startTime?: unknown };
  const start = isTimeInput(startTime) ? toUnixNano(startTime) : undefined;
  return toRemoteContext({
    ...span.spanContext(),
    ...(start !== undefined && { sentAtUnixNano: String(start) }),
  });
}

/** Of a span that is recorded, and so sampled. */
export function spanContextOf({ traceId, spanId, traceState }: LiveSpan): SpanContext {
  return fromRemoteContext({ traceId, spanId, traceFlags: 1, traceState, isElsewhere: false });
}
