/**
 * Turns OTLP JSON's spans, resources and scopes into ours. Each function throws TypeError or RangeError for what cannot
 * be stored.
 */
import type { Fields } from "../model/json.js";
import { withoutUndefined } from "../model/objects.js";
import type {
  EntityRef,
  Resource,
  Scope,
  Span,
  SpanEvent,
  SpanKind,
  SpanLink,
  SpanStatus,
  SpanStatusNumber,
} from "../model/span.js";
import {
  countOf,
  get,
  inWords,
  listOf,
  maybeFields,
  maybeList,
  maybeParentId,
  maybeTime,
  requireId,
  requireTime,
  textOf,
} from "./otlp-fields.js";
import { maybeAttributes, toAttributes } from "./otlp-values.js";

export function toSpan(
  item: unknown,
  origin: { resourceId: string | undefined; scopeId: string | undefined },
): Span {
  const fields = maybeFields(item);
  if (!fields) throw new TypeError(`expected a span, got ${inWords(item)}`);
  // Fields are added one by one, because every span passes here: an object with all of them would have to be copied
  // without the absent ones.
  const span: Partial<Writable<Span>> = {
    traceId: requireId(fields, "traceId", 32),
    spanId: requireId(fields, "spanId", 16),
  };
  put(span, "parentSpanId", maybeParentId(fields));
  span.name = textOf(fields, "name") ?? "";
  span.kind = toKind(get(fields, "kind"));
  span.startTimeUnixNano = requireTime(fields, "startTimeUnixNano");
  put(span, "endTimeUnixNano", maybeTime(fields, "endTimeUnixNano"));
  span.attributes = toAttributes(listOf(fields, "attributes"));
  put(span, "events", maybeList(fields, "events")?.map(toEvent));
  put(span, "links", maybeList(fields, "links")?.map(toLink));
  put(span, "status", maybeStatus(get(fields, "status")));
  put(span, "traceState", textOf(fields, "traceState"));
  put(span, "flags", countOf(fields, "flags"));
  put(span, "droppedAttributesCount", countOf(fields, "droppedAttributesCount"));
  put(span, "droppedEventsCount", countOf(fields, "droppedEventsCount"));
  put(span, "droppedLinksCount", countOf(fields, "droppedLinksCount"));
  put(span, "resourceId", origin.resourceId);
  put(span, "scopeId", origin.scopeId);
  return span as Span;
}

type Writable<Data> = { -readonly [Key in keyof Data]: Data[Key] };

function put<Name extends keyof Span>(
  span: Partial<Writable<Span>>,
  name: Name,
  value: Span[Name] | undefined,
): void {
  if (value !== undefined) span[name] = value;
}

function toEvent(item: unknown): SpanEvent {
  const fields = maybeFields(item) ?? {};
  return withoutUndefined({
    timeUnixNano: maybeTime(fields, "timeUnixNano") ?? "0",
    name: textOf(fields, "name") ?? "",
    attributes: maybeAttributes(fields),
    droppedAttributesCount: countOf(fields, "droppedAttributesCount"),
  });
}

// Others may write links with empty ids: these are kept, since nothing is looked up by them.
function toLink(item: unknown): SpanLink {
  const fields = maybeFields(item) ?? {};
  return withoutUndefined({
    traceId: (textOf(fields, "traceId") ?? "").toLowerCase(),
    spanId: (textOf(fields, "spanId") ?? "").toLowerCase(),
    traceState: textOf(fields, "traceState"),
    attributes: maybeAttributes(fields),
    droppedAttributesCount: countOf(fields, "droppedAttributesCount"),
    flags: countOf(fields, "flags"),
  });
}

export function toResource(fields: Fields): Resource {
  return withoutUndefined({
    attributes: toAttributes(listOf(fields, "attributes")),
    droppedAttributesCount: countOf(fields, "droppedAttributesCount"),
    entityRefs: maybeList(fields, "entityRefs")?.map(toEntityRef),
  });
}

function toEntityRef(item: unknown): EntityRef {
  const fields = maybeFields(item) ?? {};
  const texts = (name: string) => maybeList(fields, name)?.filter((key) => typeof key === "string");
  return withoutUndefined({
    schemaUrl: textOf(fields, "schemaUrl"),
    type: textOf(fields, "type"),
    idKeys: texts("idKeys"),
    descriptionKeys: texts("descriptionKeys"),
  });
}

export function toScope(fields: Fields): Scope {
  return withoutUndefined({
    name: textOf(fields, "name"),
    version: textOf(fields, "version"),
    attributes: maybeAttributes(fields),
    droppedAttributesCount: countOf(fields, "droppedAttributesCount"),
  });
}

const kindNames = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const statusNames = ["UNSET", "OK", "ERROR"];

function toKind(value: unknown): SpanKind {
  return (toEnum(value, "SPAN_KIND_", kindNames) ?? 0) as SpanKind;
}

function maybeStatus(value: unknown): SpanStatus | undefined {
  const fields = maybeFields(value);
  if (!fields) return undefined;
  const code = toEnum(get(fields, "code"), "STATUS_CODE_", statusNames) as SpanStatusNumber | undefined;
  return withoutUndefined({ code, message: textOf(fields, "message") });
}

function toEnum(value: unknown, prefix: string, names: readonly string[]): number | undefined {
  const number = typeof value === "string" ? names.indexOf(value.replace(prefix, "")) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 && number < names.length
    ? number
    : undefined;
}
