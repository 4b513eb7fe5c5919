import {
  SpanStatusCode,
  type Attributes,
  type AttributeValue,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  type SpanStatus,
  type TimeInput,
} from "@opentelemetry/api";
import type { LiveSpan } from "../record/live-span.js";
import type { NewSpanLink } from "../record/span-fields.js";
import { isAttribute, toValidAttributes } from "./attributes.js";
import { spanContextOf } from "./span-context.js";
import { isTimeInput, toUnixNano } from "./time-input.js";

/** The API's Span over a live span, with the semantics of OpenTelemetry's SDK. */
export class OtelSpan implements Span {
  readonly live: LiveSpan;
  readonly #spanContext: SpanContext;

  constructor(live: LiveSpan) {
    this.live = live;
    this.#spanContext = spanContextOf(live);
  }

  spanContext(): SpanContext {
    return this.#spanContext;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (isAttribute(key, value)) this.live.setAttribute(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    this.live.setAttributes(toValidAttributes(attributes));
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    const isTime = isTimeInput(attributesOrTime);
    this.live.addEvent({
      name,
      ...(!isTime && attributesOrTime && { attributes: toValidAttributes(attributesOrTime) }),
      timestamp: toUnixNano(time ?? (isTime ? attributesOrTime : undefined)),
    });
    return this;
  }

  addLink(link: Link): this {
    this.live.addLink(toNewLink(link));
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  /** UNSET is ignored, and OK is final. */
  setStatus({ code, message }: SpanStatus): this {
    if (code === SpanStatusCode.UNSET || this.live.status.statusCode === "OK") return this;
    const isDescribed = code === SpanStatusCode.ERROR && typeof message === "string";
    this.live.setStatus({ code, ...(isDescribed && { message }) });
    return this;
  }

  updateName(name: string): this {
    this.live.updateName(name);
    return this;
  }

  end(time?: TimeInput): void {
    this.live.end({ endTimeNs: toUnixNano(time) });
  }

  isRecording(): boolean {
    return !this.live.isEnded;
  }

  /** Adds only the event: unlike our own method, the API leaves the status to `setStatus`. */
  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = describeException(exception);
    if (Object.keys(attributes).length > 0) this.addEvent("exception", attributes, time);
  }
}

const spans = new WeakMap<LiveSpan, OtelSpan>();

/** Always the same for the same live span. */
export function otelSpanOf(live: LiveSpan): OtelSpan {
  let span = spans.get(live);
  if (!span) spans.set(live, (span = new OtelSpan(live)));
  return span;
}

export function toNewLink({ context, attributes }: Link): NewSpanLink {
  const { traceId, spanId, traceState } = context;
  return {
    traceId,
    spanId,
    traceState: traceState?.serialize() || undefined,
    ...(attributes && { attributes: toValidAttributes(attributes) }),
  };
}

function describeException(exception: Exception): Attributes {
  if (typeof exception === "string") return exception === "" ? {} : { "exception.message": exception };
  // The exception may be undefined, as with Promise.reject().
  const { code, name, message, stack } = Object(exception) as {
    readonly [key in "code" | "name" | "message" | "stack"]?: unknown;
  };
  const type = code ? String(code as string | number) : name;
  if (!type && !message) return {};
  return {
    ...(Boolean(type) && { "exception.type": type }),
    ...(Boolean(message) && { "exception.message": message }),
    ...(Boolean(stack) && { "exception.stacktrace": stack }),
  };
}
