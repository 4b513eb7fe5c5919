/**
 * OTLP JSON as spans, read tolerantly: ids in any case, integers as numbers or texts, enums by number or name, snake_case
 * keys, unknown fields passed over. A span that cannot be stored is refused with its place, the others are kept.
 */
import { contentId } from "../model/ids.js";
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
import { escapeKey, fromDouble, fromInteger, type Attributes, type Value } from "../model/values.js";

/** Why something was not read. */
export interface ReadError {
  /** From 1; where the input is one document, 1. */
  readonly line: number;
  /** Such as `resourceSpans[0].scopeSpans[0].spans[3]`, with the span's name where it has one. */
  readonly path: string;
  readonly message: string;
}

export interface SpanReader {
  /** Reads an element of `resourceSpans`; what it finds is in {@link SpanReader.take}. Throws TypeError for what is none. */
  readGroup(group: unknown, line: number, path: string): void;
  /** A document with those fields and no `resourceSpans`: empty, or of another signal; true, or else throws TypeError. */
  readOther(keys: readonly string[]): true;
  /** Notes that something could not be read. */
  refuse(error: ReadError): void;
  /** The spans read since the last call, with all the resources and scopes they refer to. */
  take(): { spans: Span[]; resources: Record<string, Resource>; scopes: Record<string, Scope> };
  /** Spans that wait for {@link SpanReader.take}. */
  readonly pending: number;
  /** The first thousand, and one that counts the rest. */
  readonly errors: readonly ReadError[];
  /** Documents of other signals. */
  readonly skipped: number;
}

type Fields = Readonly<Record<string, unknown>>;

const maxDepth = 200;
const maxErrors = 1000;
/** Ids of resources and scopes that are remembered, since making one takes longer than looking it up. */
const maxRememberedIds = 1000;

export function createSpanReader(): SpanReader {
  const errors: ReadError[] = [];
  const resourceIds = new Map<string, string>();
  const scopeIds = new Map<string, string>();
  let spans: Span[] = [];
  let resources = new Map<string, Resource>();
  let scopes = new Map<string, Scope>();
  let skipped = 0;
  let uncounted: ReadError | undefined;
  let uncountedErrors = 0;

  function refuse(error: ReadError): void {
    if (errors.length < maxErrors) errors.push(error);
    else {
      uncounted ??= error;
      uncountedErrors++;
    }
  }

  /** What `read` gives, or undefined and a noted error. */
  function attempt<Result>(line: number, path: string, read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      refuse({ line, path, message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  function readResourceSpans(group: Fields, line: number, path: string): void {
    const origin = attempt(line, `${path}.resource`, () => ({ id: resourceIdOf(group) }));
    if (!origin) return;
    const key = get(group, "scopeSpans") === undefined ? "instrumentationLibrarySpans" : "scopeSpans";
    listOf(group, key).forEach((item, index) => {
      const scopeGroup = maybeFields(item);
      if (scopeGroup) readScopeSpans(scopeGroup, origin.id, line, `${path}.${key}[${index}]`);
    });
  }

  function readScopeSpans(group: Fields, resourceId: string | undefined, line: number, path: string): void {
    const origin = attempt(line, `${path}.scope`, () => ({ id: scopeIdOf(group) }));
    if (!origin) return;
    listOf(group, "spans").forEach((item, index) => {
      const name = maybeFields(item)?.["name"];
      const label = typeof name === "string" && name !== "" ? ` (${name.slice(0, 60)})` : "";
      const span = attempt(line, `${path}.spans[${index}]${label}`, () => toSpan(item));
      if (span) spans.push(withoutUndefined({ ...span, resourceId, scopeId: origin.id }));
    });
  }

  function resourceIdOf(group: Fields): string | undefined {
    const resource = maybeFields(get(group, "resource"));
    const schemaUrl = maybeSchemaUrl(group);
    if (!resource && schemaUrl === undefined) return undefined;
    const origin = resource ? toResource(resource) : { attributes: {}, isAbsent: true as const };
    return idOf<Resource>(withoutUndefined({ ...origin, schemaUrl }), resourceIds, resources);
  }

  function scopeIdOf(group: Fields): string | undefined {
    const scope = maybeFields(get(group, "scope") ?? get(group, "instrumentationLibrary"));
    const schemaUrl = maybeSchemaUrl(group);
    if (!scope && schemaUrl === undefined) return undefined;
    const origin = scope ? toScope(scope) : { isAbsent: true as const };
    return idOf<Scope>(withoutUndefined({ ...origin, schemaUrl }), scopeIds, scopes);
  }

  return {
    readGroup(item, line, path) {
      const group = maybeFields(item);
      if (!group) throw new TypeError(`expected an object with scopeSpans, got ${inWords(item)}`);
      // A whole document where an element should be: the line before it was broken off.
      const inner = get(group, "resourceSpans");
      const groups = Array.isArray(inner) ? inner.map((element) => maybeFields(element) ?? {}) : [group];
      for (const each of groups) readResourceSpans(each, line, path);
    },
    readOther(keys) {
      if (keys.some((key) => /^resource_?(metrics|logs|profiles)$/i.test(key))) skipped++;
      else if (keys.length > 0) {
        throw new TypeError(
          `expected an object with resourceSpans, got an object with ${keys.slice(0, 5).join(", ")}`,
        );
      }
      return true;
    },
    refuse,
    take() {
      const taken = { spans, resources: Object.fromEntries(resources), scopes: Object.fromEntries(scopes) };
      spans = [];
      resources = new Map();
      scopes = new Map();
      return taken;
    },
    get pending() {
      return spans.length;
    },
    get errors() {
      return uncounted
        ? [...errors, { ...uncounted, message: `${uncountedErrors} more were refused` }]
        : errors;
    },
    get skipped() {
      return skipped;
    },
  };
}

function maybeSchemaUrl(group: Fields): string | undefined {
  return textOf(group, "schemaUrl") || undefined;
}

function idOf<Origin extends object>(
  origin: Origin,
  ids: Map<string, string>,
  met: Map<string, Origin>,
): string {
  const text = JSON.stringify(origin);
  const id = ids.get(text) ?? contentId(origin);
  if (ids.size >= maxRememberedIds) ids.clear();
  ids.set(text, id);
  met.set(id, origin);
  return id;
}

function toSpan(item: unknown): Span {
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

function toResource(fields: Fields): Resource {
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

function toScope(fields: Fields): Scope {
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

function maybeAttributes(fields: Fields): Attributes | undefined {
  const list = maybeList(fields, "attributes");
  return list && toAttributes(list);
}

// A key may occur once by the specification; where it occurs again, the last value counts.
function toAttributes(list: readonly unknown[], depth = 0): Attributes {
  const entries: [string, Value][] = [];
  for (const item of list) {
    const pair = maybeFields(item);
    if (pair) entries.push([escapeKey(textOf(pair, "key") ?? ""), toKeyedValue(get(pair, "value"), depth)]);
  }
  return Object.fromEntries(entries);
}

function toKeyedValue(item: unknown, depth: number): Value {
  return item === undefined || item === null ? { $missing: true } : toValue(item, depth);
}

function toValue(item: unknown, depth: number): Value {
  if (depth > maxDepth) throw new RangeError(`an attribute is nested deeper than ${maxDepth}`);
  const fields = maybeFields(item) ?? {};
  const text = get(fields, "stringValue");
  if (text !== undefined && text !== null) return typeof text === "string" ? text : String(text);
  const flag = get(fields, "boolValue");
  if (flag !== undefined && flag !== null) return flag === true || flag === "true";
  const integer = get(fields, "intValue");
  if (integer !== undefined && integer !== null) return toInteger(integer);
  const double = get(fields, "doubleValue");
  if (double !== undefined && double !== null) return fromDouble(Number(double));
  const bytes = get(fields, "bytesValue");
  if (typeof bytes === "string") return { $bytes: toBase64(bytes) };
  const array = maybeFields(get(fields, "arrayValue"));
  if (array) return listOf(array, "values").map((element) => toValue(element, depth + 1));
  const list = maybeFields(get(fields, "kvlistValue"));
  return list ? toAttributes(listOf(list, "values"), depth + 1) : null;
}

/** The JSON mapping of protobuf takes the alphabet for URLs and missing padding too, and writes neither. */
function toBase64(text: string): string {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, "=");
}

function toInteger(value: unknown): Value {
  try {
    return fromInteger(BigInt(value as string | number));
  } catch {
    throw new TypeError(`intValue must be an integer, got ${inWords(value)}`);
  }
}

function requireId(fields: Fields, name: string, digits: number): string {
  const id = maybeId(fields, name, digits);
  if (id === undefined) throw new TypeError(`${name} must be ${digits} hex digits, got none`);
  return id;
}

// Some writers fill the parent of a root with zeros.
function maybeParentId(fields: Fields): string | undefined {
  const value = get(fields, "parentSpanId");
  return typeof value === "string" && /^0+$/.test(value) ? undefined : maybeId(fields, "parentSpanId", 16);
}

function maybeId(fields: Fields, name: string, digits: number): string | undefined {
  const value = get(fields, name);
  if (value === undefined || value === null || value === "") return undefined;
  const id = typeof value === "string" ? value.toLowerCase() : "";
  if (id.length === digits && /^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(id)) return id;
  throw new TypeError(`${name} must be ${digits} hex digits, not all zero, got ${inWords(value)}`);
}

function requireTime(fields: Fields, name: string): string {
  const time = maybeTime(fields, name);
  if (time === undefined) throw new TypeError(`${name} must be nanoseconds since the Unix epoch, got none`);
  return time;
}

// Zero is how protobuf writes "not set".
function maybeTime(fields: Fields, name: string): string | undefined {
  const value = get(fields, name);
  if (value === undefined || value === null || value === "") return undefined;
  const text =
    typeof value === "number" && Number.isInteger(value) ? BigInt(value).toString() : String(value);
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > 0xffffffffffffffffn) {
    throw new TypeError(`${name} must be nanoseconds since the Unix epoch, got ${inWords(value)}`);
  }
  const time = BigInt(text);
  return time === 0n ? undefined : time.toString();
}

function countOf(fields: Fields, name: string): number | undefined {
  const value = get(fields, name);
  const count = typeof value === "string" ? Number(value) : value;
  return typeof count === "number" && Number.isInteger(count) && count >= 0 && count <= 0xffffffff
    ? count
    : undefined;
}

function textOf(fields: Fields, name: string): string | undefined {
  const value = get(fields, name);
  return typeof value === "string" ? value : undefined;
}

function listOf(fields: Fields, name: string): readonly unknown[] {
  return maybeList(fields, name) ?? [];
}

function maybeList(fields: Fields, name: string): readonly unknown[] | undefined {
  const value = get(fields, name);
  return Array.isArray(value) ? value : undefined;
}

/** A field by its lowerCamelCase name, or by the snake_case one of the .proto file. */
function get(fields: Fields, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return snake !== name && Object.hasOwn(fields, snake) ? fields[snake] : undefined;
}

function maybeFields(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value).slice(0, 5);
    return keys.length > 0 ? `an object with ${keys.join(", ")}` : "an empty object";
  }
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}
