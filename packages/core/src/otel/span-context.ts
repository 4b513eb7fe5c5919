import { createTraceState, isSpanContextValid, type Span, type SpanContext } from "@opentelemetry/api";
import type { RemoteContext } from "../context/propagation.js";
import type { LiveSpan } from "../record/live-span.js";
import { isTimeInput, toUnixNano } from "./time-input.js";

/** Adds what the API does not know: the sender's time. */
type SentSpanContext = SpanContext & Pick<RemoteContext, "sentAtUnixNano">;

/** A remote context in the API's form. */
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

/** The reverse; undefined if the ids are invalid. */
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
 * The context of a span made by another recorder, such as OpenTelemetry's SDK, with its start, so that spans below it
 * do not begin before it.
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

/** For a span that is recorded, and so sampled. */
export function spanContextOf({ traceId, spanId, traceState }: LiveSpan): SpanContext {
  return fromRemoteContext({ traceId, spanId, traceFlags: 1, traceState, isElsewhere: false });
}
