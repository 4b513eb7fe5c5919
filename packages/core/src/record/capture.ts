/**
 * Values of the traced program as JSON text. Plain JSON data goes through JSON.stringify (four times faster than any
 * replacer); what JSON cannot hold is written in a readable form. Nothing here throws, whatever the value is.
 */
import { escapeKey, fromBytes, fromDouble, fromInteger, type Value } from "../model/values.js";
import { captureCarefully, maxDepth, readSafely, toText, type Captured } from "./careful-json.js";
import { cutText, integerText, isModest } from "./value-words.js";

/** The value as JSON text of at most about `maxCharacters`; a longer one is cut while it is being written. */
export function captureJson(value: unknown, maxCharacters: number): Captured {
  try {
    if (roomBehind(value, maxCharacters, 0) >= 0) {
      const text = JSON.stringify(value) as string | undefined;
      if (text !== undefined && text.length <= maxCharacters) return { text };
    }
  } catch {
    // A getter or a proxy threw: the careful writer notes that in its place.
  }
  return captureCarefully(value, maxCharacters);
}

/** The value as an attribute with OTLP's types; undefined for `undefined`. */
export function captureAttribute(value: unknown, maxCharacters: number): Value | undefined {
  switch (typeof value) {
    case "undefined":
      return undefined;
    case "boolean":
      return value;
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : fromDouble(value);
    case "bigint":
      return isModest(value) ? fromInteger(value) : captureAttribute(integerText(value), maxCharacters);
    case "string":
      return captureText(value, maxCharacters);
    default:
      return (
        captureBytes(value, maxCharacters) ??
        escapeKeys(JSON.parse(captureJson(value, maxCharacters).text) as Value)
      );
  }
}

function captureBytes(value: unknown, maxCharacters: number): Value | undefined {
  try {
    if (value instanceof Uint8Array && value.length <= maxCharacters / 2) return fromBytes(value);
  } catch {
    // A proxy that throws, or bytes that were transferred away: written as JSON instead.
  }
  return undefined;
}

/** The value as text of at most about `maxCharacters`. */
export function captureText(value: unknown, maxCharacters: number): string {
  const text = typeof value === "string" ? value : String(readSafely(() => toText(value)));
  if (text.length <= maxCharacters) return text;
  // Copied through JSON, because an engine may keep the whole text in memory behind a part of it.
  return JSON.parse(JSON.stringify(cutText(text, maxCharacters))) as string;
}

/**
 * The room left, in characters, after an item that JSON.stringify writes faithfully: null, booleans, finite numbers,
 * texts, plain objects and arrays of these, without toJSON, cycles (the depth limit stops them) or undefined items.
 * Negative for anything else, and if there is not enough room.
 */
function roomBehind(item: unknown, room: number, depth: number): number {
  switch (typeof item) {
    case "string":
      return room - item.length - 2;
    case "number":
      return item - item === 0 && (item !== 0 || 1 / item > 0) ? room - 4 : -1;
    case "boolean":
      return room - 4;
    case "object":
      break;
    default:
      return -1;
  }
  if (item === null) return room;
  if (depth > maxDepth) return -1;
  const prototype: unknown = Object.getPrototypeOf(item);
  let left = room - 2;
  if (Array.isArray(item)) {
    if (prototype !== Array.prototype) return -1;
    for (let i = 0; i < item.length && left >= 0; i++) left = roomBehind(item[i], left, depth + 1);
    return left;
  }
  if (prototype !== Object.prototype && prototype !== null) return -1;
  for (const key in item) {
    left -= key.length + 4;
    if (left < 0 || key === "toJSON") return -1;
    left = roomBehind((item as Record<string, unknown>)[key], left, depth + 1);
    if (left < 0) return -1;
  }
  return left;
}

function escapeKeys(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(escapeKeys);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [escapeKey(key), escapeKeys(item)]));
}
