/**
 * Attribute values as JSON. OTLP's AnyValue knows more than JSON does, so what JSON cannot hold is tagged: an object with
 * one key that begins with a single "$". A user's own key that begins with "$" gets a second one, so every key survives.
 *
 *     string, boolean, null (an empty AnyValue), arrays, objects     as they are
 *     3, 2.5            an integer is an int64, anything else a double
 *     { "$int": "9223372036854775807" }        an int64 beyond 2^53
 *     { "$double": 3 | "NaN" | "Infinity" | "-Infinity" | "-0" }     a double that JSON would turn into an integer or null
 *     { "$bytes": "aGk=" }                     bytes, base64
 *     { "$missing": true }                     a key without a value, which protobuf distinguishes from one with an empty value
 *
 * Source of AnyValue: opentelemetry/proto/common/v1/common.proto
 */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** Values by key. The user's keys are escaped if they could be mistaken for a value's tag. */
export type Attributes = Readonly<Record<string, Value>>;

/** OTLP JSON's AnyValue, as it is written: exactly one of the fields, or none for null. */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: DoubleJson;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

/** JSON has no text for the ones in quotes; "-0" would become 0, which protobuf tells apart. */
export type DoubleJson = number | "NaN" | "Infinity" | "-Infinity" | "-0";

export interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
}

const tags = new Set(["$int", "$double", "$bytes", "$missing"]);

/** A double as a {@link Value}: tagged if JSON would not show that it is one. */
export function fromDouble(double: number): Value {
  if (Number.isNaN(double)) return { $double: "NaN" };
  if (!Number.isFinite(double)) return { $double: double > 0 ? "Infinity" : "-Infinity" };
  if (Object.is(double, -0)) return { $double: "-0" };
  return Number.isInteger(double) ? { $double: double } : double;
}

/** An int64 as a {@link Value}; a bigint outside int64 becomes its decimal text. */
export function fromInteger(integer: bigint): Value {
  if (integer >= -9007199254740991n && integer <= 9007199254740991n) return Number(integer);
  return BigInt.asIntN(64, integer) === integer ? { $int: integer.toString() } : integer.toString();
}

export function fromBytes(bytes: Uint8Array): Value {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return { $bytes: btoa(binary) };
}

/** A key of a user's object as it is written in a {@link Value}; {@link unescapeKey} is its inverse. */
export function escapeKey(key: string): string {
  return key.startsWith("$") ? `$${key}` : key;
}

export function unescapeKey(key: string): string {
  return key.startsWith("$$") ? key.slice(1) : key;
}

/** The AnyValue that a {@link Value} stands for, as OTLP JSON has it: integers as decimal strings, null as `{}`. */
export function toAnyValue(value: Value): AnyValue {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "number":
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: toDoubleJson(value) };
    default:
      if (value === null) return {};
      if (isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } };
      return toTagged(value) ?? { kvlistValue: { values: toKeyValues(value) } };
  }
}

/** The key-value list of an object; nested and top-level keys are unescaped. */
export function toKeyValues(attributes: Attributes): KeyValue[] {
  return Object.keys(attributes).map((name) => {
    const key = unescapeKey(name);
    const value = attributes[name] ?? null;
    return isMissing(value) ? { key } : { key, value: toAnyValue(value) };
  });
}

/** Readers of values are recursive: deeper values are refused on entry, and left as they are if they got in. */
const maxDepth = 200;

/**
 * A {@link Value} as plain JSON: without tags, keys unescaped. A double and an integer look alike, an int64 beyond 2^53
 * is its decimal text, bytes are base64. Whatever is below 200 levels stays as it is.
 */
export function toPlain(value: Value | undefined, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > maxDepth) return value;
  if (isArray(value)) return value.map((item) => toPlain(item, depth + 1));
  const tagged = toTagged(value);
  if (tagged) return tagged.intValue ?? tagged.doubleValue ?? tagged.bytesValue ?? null;
  const keys = Object.keys(value);
  return Object.fromEntries(keys.map((key) => [unescapeKey(key), toPlain(value[key], depth + 1)]));
}

/** A {@link Value} made from plain JSON. Throws RangeError if it is nested deeper than 200. */
export function fromPlain(value: unknown, depth = 0): Value {
  if (depth > maxDepth) throw new RangeError(`a value is nested deeper than ${maxDepth}`);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : fromDouble(value);
  if (typeof value === "bigint") return fromInteger(value);
  if (Array.isArray(value)) return value.map((item) => fromPlain(item, depth + 1));
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value).map(([key, field]): [string, Value] => [
    escapeKey(key),
    fromPlain(field, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** Whether an object stands for a value that JSON cannot hold. */
export function isTagged(value: object): boolean {
  const [tag, ...others] = Object.keys(value);
  return tag !== undefined && others.length === 0 && tags.has(tag);
}

function toTagged(value: Attributes): AnyValue | undefined {
  if (!isTagged(value)) return undefined;
  const [tag = ""] = Object.keys(value);
  const content = value[tag];
  if (tag === "$int") return { intValue: String(content) };
  if (tag === "$missing") return {};
  if (tag === "$bytes") return { bytesValue: String(content) };
  return { doubleValue: toDoubleJson(Number(content)) };
}

/** A double as OTLP JSON writes it. */
export function toDoubleJson(double: number): DoubleJson {
  if (Number.isNaN(double)) return "NaN";
  if (!Number.isFinite(double)) return double > 0 ? "Infinity" : "-Infinity";
  return Object.is(double, -0) ? "-0" : double;
}

function isMissing(value: Value): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "$missing" in value &&
    toTagged(value as Attributes) !== undefined
  );
}

function isArray(value: readonly Value[] | Attributes): value is readonly Value[] {
  return Array.isArray(value);
}
