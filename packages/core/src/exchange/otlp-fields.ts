/**
 * How the readers of OTLP JSON look up a message's fields: by lowerCamelCase or snake_case name, and of the right kind.
 * What is missing or of another kind is undefined; only ids and times are required, because nothing can be stored
 * without them.
 */
import type { Fields } from "../model/json.js";
import { isRecord } from "../model/objects.js";

export function requireId(fields: Fields, name: string, digits: number): string {
  const id = maybeId(fields, name, digits);
  if (id === undefined) throw new TypeError(`${name} must be ${digits} hex digits, got none`);
  return id;
}

// Some writers give a root a parent id of zeros.
export function maybeParentId(fields: Fields): string | undefined {
  const value = get(fields, "parentSpanId");
  return typeof value === "string" && /^0+$/.test(value) ? undefined : maybeId(fields, "parentSpanId", 16);
}

export function maybeId(fields: Fields, name: string, digits: number): string | undefined {
  const value = get(fields, name);
  if (value === undefined || value === null || value === "") return undefined;
  const id = typeof value === "string" ? value.toLowerCase() : "";
  if (id.length === digits && /^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(id)) return id;
  throw new TypeError(`${name} must be ${digits} hex digits, not all zero, got ${inWords(value)}`);
}

export function requireTime(fields: Fields, name: string): string {
  const time = maybeTime(fields, name);
  if (time === undefined) throw new TypeError(`${name} must be nanoseconds since the Unix epoch, got none`);
  return time;
}

// Zero is how protobuf writes "not set".
export function maybeTime(fields: Fields, name: string): string | undefined {
  const value = get(fields, name);
  if (value === undefined || value === null || value === "") return undefined;
  // A shortcut: less than 10^19, and so below 2^64.
  if (typeof value === "string" && /^[1-9]\d{0,18}$/.test(value)) return value;
  const text =
    typeof value === "number" && Number.isInteger(value) ? BigInt(value).toString() : String(value);
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > 0xffffffffffffffffn) {
    throw new TypeError(`${name} must be nanoseconds since the Unix epoch, got ${inWords(value)}`);
  }
  const time = BigInt(text);
  return time === 0n ? undefined : time.toString();
}

export function countOf(fields: Fields, name: string): number | undefined {
  const value = get(fields, name);
  const count = typeof value === "string" ? Number(value) : value;
  return typeof count === "number" && Number.isInteger(count) && count >= 0 && count <= 0xffffffff
    ? count
    : undefined;
}

export function textOf(fields: Fields, name: string): string | undefined {
  const value = get(fields, name);
  return typeof value === "string" ? value : undefined;
}

export function listOf(fields: Fields, name: string): readonly unknown[] {
  return maybeList(fields, name) ?? [];
}

export function maybeList(fields: Fields, name: string): readonly unknown[] | undefined {
  const value = get(fields, name);
  return Array.isArray(value) ? value : undefined;
}

/** A field by its lowerCamelCase name, or by the snake_case one of the .proto file. */
export function get(fields: Fields, name: string): unknown {
  const value = fields[name];
  return value === undefined ? fields[snakeNames.get(name) ?? toSnake(name)] : value;
}

function toSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

// For names that every span and value is asked for but may not have: making them took longer than all the rest of
// reading.
const snakeNames: ReadonlyMap<string, string> = new Map(
  [
    ...["stringValue", "boolValue", "intValue", "doubleValue", "bytesValue", "arrayValue", "kvlistValue"],
    ...[
      "traceId",
      "spanId",
      "parentSpanId",
      "startTimeUnixNano",
      "endTimeUnixNano",
      "timeUnixNano",
      "traceState",
    ],
    ...["droppedAttributesCount", "droppedEventsCount", "droppedLinksCount"],
    ...[
      "key",
      "value",
      "values",
      "name",
      "kind",
      "attributes",
      "events",
      "links",
      "status",
      "flags",
      "code",
      "message",
    ],
  ].map((name) => [name, toSnake(name)]),
);

export function maybeFields(value: unknown): Fields | undefined {
  return isRecord(value) ? value : undefined;
}

export function inWords(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value).slice(0, 5);
    return keys.length > 0 ? `an object with ${keys.join(", ")}` : "an empty object";
  }
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}
