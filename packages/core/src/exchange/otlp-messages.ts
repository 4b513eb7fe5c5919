/** OTLP JSON's spans, resources and scopes as ours. Each throws TypeError or RangeError for what cannot be stored. */
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
  SpanStatusCode,
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
  type Fields,
} from "./otlp-fields.js";
import { maybeAttributes, toAttributes } from "./otlp-values.js";

export function toSpan(
  item: unknown,
  origin: { resourceId: string | undefined; scopeId: string | undefined },
): Span {
  const fields = maybeFields(item);
  if (!fields) throw new TypeError(`expected a span, got ${inWords(item)}`);
  return withoutUndefined({
    traceId: requireId(fields, "traceId", 32),
    spanId: requireId(fields, "spanId", 16),
    parentSpanId: maybeParentId(fields),
    name: textOf(fields, "name") ?? "",
    kind: toKind(get(fields, "kind")),
    startTimeUnixNano: requireTime(fields, "startTimeUnixNano"),
    endTimeUnixNano: maybeTime(fields, "endTimeUnixNano"),
    attributes: toAttributes(listOf(fields, "attributes")),
    events: maybeList(fields, "events")?.map(toEvent),
    links: maybeList(fields, "links")?.map(toLink),
    status: maybeStatus(get(fields, "status")),
    traceState: textOf(fields, "traceState"),
    flags: countOf(fields, "flags"),
    droppedAttributesCount: countOf(fields, "droppedAttributesCount"),
    droppedEventsCount: countOf(fields, "droppedEventsCount"),
    droppedLinksCount: countOf(fields, "droppedLinksCount"),
    ...origin,
  });
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

// A link's ids may be empty in what others write: they are kept as they are, since nothing is looked up by them.
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
  const code = toEnum(get(fields, "code"), "STATUS_CODE_", statusNames) as SpanStatusCode | undefined;
  return withoutUndefined({ code, message: textOf(fields, "message") });
}

function toEnum(value: unknown, prefix: string, names: readonly string[]): number | undefined {
  const number = typeof value === "string" ? names.indexOf(value.replace(prefix, "")) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 && number < names.length
    ? number
    : undefined;
}
