import type { Attributes, HrTime, Link, SpanContext, SpanStatus } from "@opentelemetry/api";
import type { Resource, Span, SpanEvent, SpanKind, SpanLink } from "../model/span.js";
import { nanosecondsBetween } from "../model/time.js";
import { escapeKey, type Value } from "../model/values.js";
import { captureAttribute } from "../record/capture.js";
import { toUnixNano } from "./time-input.js";

/** The part of an OpenTelemetry SDK span that is used; the same in versions 2 and 3. */
export interface SdkSpan {
  readonly name: string;
  readonly kind: number;
  /** Its ids, flags and trace state. */
  spanContext(): SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly ended: boolean;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: readonly (Link & { readonly droppedAttributesCount?: number })[];
  readonly events: readonly SdkEvent[];
  readonly resource: SdkResource;
  readonly instrumentationScope: {
    readonly name: string;
    readonly version?: string;
    readonly schemaUrl?: string;
  };
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

interface SdkEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
}

/** The part of the SDK's resource that is used. */
export interface SdkResource {
  readonly attributes: Attributes;
  readonly schemaUrl?: string | undefined;
  /** True while detectors have not answered yet. */
  readonly asyncAttributesPending?: boolean | undefined;
  /** Resolves once they have. */
  waitForAsyncAttributes?(): Promise<void>;
}

/**
 * The span as it is now, as plain data; `rootAttributes` are added if its parent is not in this process. The SDK's
 * clock reads milliseconds: if that puts the span's start before its parent's, `notBefore`, it is moved there.
 */
export function fromSdkSpan(
  span: SdkSpan,
  rootAttributes: Readonly<Record<string, string>>,
  notBefore?: string,
): Span {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const parent = span.parentSpanContext;
  const state = traceState?.serialize();
  const toTime = (time: HrTime) => later(toText(time), notBefore);
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  return {
    traceId,
    spanId,
    ...(parent && { parentSpanId: parent.spanId }),
    name: span.name,
    kind: (span.kind + 1) as SpanKind,
    startTimeUnixNano: toTime(span.startTime),
    ...(span.ended && { endTimeUnixNano: toTime(span.endTime) }),
    attributes: { ...(isLocalRoot(span) && rootAttributes), ...toAttributes(span.attributes) },
    ...(span.events.length > 0 && { events: span.events.map(toEvent) }),
    ...(span.links.length > 0 && { links: span.links.map(toLink) }),
    status: toStatus(span.status),
    ...(state && { traceState: state }),
    flags: (traceFlags & 0xff) | (parent ? 0x100 : 0) | (parent?.isRemote ? 0x200 : 0),
    ...(droppedAttributesCount > 0 && { droppedAttributesCount }),
    ...(droppedEventsCount > 0 && { droppedEventsCount }),
    ...(droppedLinksCount > 0 && { droppedLinksCount }),
  };
}

/** Whether its parent, if any, is in another process. */
export function isLocalRoot({ parentSpanContext }: SdkSpan): boolean {
  return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

export function fromSdkResource({ attributes, schemaUrl }: SdkResource): Resource {
  return { attributes: toAttributes(attributes), ...(schemaUrl && { schemaUrl }) };
}

function toEvent({ name, time, attributes, droppedAttributesCount = 0 }: SdkEvent): SpanEvent {
  return {
    timeUnixNano: toText(time),
    name,
    ...(attributes && { attributes: toAttributes(attributes) }),
    ...(droppedAttributesCount > 0 && { droppedAttributesCount }),
  };
}

function toLink({ context, attributes, droppedAttributesCount = 0 }: SdkSpan["links"][number]): SpanLink {
  const state = context.traceState?.serialize();
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    ...(state && { traceState: state }),
    ...(attributes && { attributes: toAttributes(attributes) }),
    ...(droppedAttributesCount > 0 && { droppedAttributesCount }),
  };
}

function toStatus({ code, message }: SpanStatus): Span["status"] & object {
  return { code, ...(message !== undefined && { message }) };
}

function toAttributes(attributes: Attributes): Record<string, Value> {
  const entries: [string, Value][] = [];
  for (const [key, value] of Object.entries(attributes)) {
    const captured = captureAttribute(value, Infinity);
    if (captured !== undefined) entries.push([escapeKey(key), captured]);
  }
  return Object.fromEntries(entries);
}

/** Moves a time by less than a millisecond: a larger gap is what the program stated. */
function later(time: string, notBefore: string | undefined): string {
  if (notBefore === undefined) return time;
  const behindNs = nanosecondsBetween(time, notBefore);
  return behindNs > 0 && behindNs < 1_000_000 ? notBefore : time;
}

function toText(time: HrTime): string {
  return String(toUnixNano(time));
}
