/**
 * Values of the traced program as JSON text. Plain JSON data goes through JSON.stringify (four times faster than any
 * replacer); what JSON cannot hold is written in a readable form. Nothing here throws, whatever the value is.
 */
import { escapeKey, fromBytes, fromDouble, fromInteger, type Value } from "../model/values.js";
import { hasMethod } from "./watch.js";

export interface Captured {
  readonly text: string;
  /** What the text lacks, in characters and in items of arrays, maps and objects; absent when it is whole. */
  readonly cut?: Cut;
}

export interface Cut {
  characters: number;
  items: number;
}

const maxDepth = 200;
/** Of a list in the place of a text. */
const maxListCharacters = 10_000;
const errorKeys = ["name", "message", "stack", "cause"];
/** What of an event is on its class. */
const eventKeys = ["type", "target", "detail", "data"];

// The platform's own, which work on the maps and sets of any realm and on nothing that only claims to be one.
const { entries: mapEntries } = Map.prototype as { entries: (this: object) => Iterable<[unknown, unknown]> };
const { values: setValues } = Set.prototype as { values: (this: object) => Iterable<unknown> };
const sizeOf = ({ prototype }: { readonly prototype: object }, value: object) =>
  Reflect.get(prototype, "size", value) as number;

/** The value as JSON text of at most about `maxCharacters`; what is over is cut while it is being written. */
export function captureJson(value: unknown, maxCharacters: number): Captured {
  try {
    if (roomBehind(value, maxCharacters, 0) >= 0) {
      const text = JSON.stringify(value) as string | undefined;
      if (text !== undefined && text.length <= maxCharacters) return { text };
    }
  } catch {
    // A getter or a proxy threw: the careful writer says so in its place.
  }
  return writeCarefully(value, maxCharacters);
}

/** The value as an attribute: typed as OTLP has it. `undefined` gives undefined. */
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
    // A proxy that throws, or bytes that were transferred: written as what they are.
  }
  return undefined;
}

/** The text, or what a value is as text, of at most about `maxCharacters`. */
export function captureText(value: unknown, maxCharacters: number): string {
  const text = typeof value === "string" ? value : String(readSafely(() => toText(value)));
  if (text.length <= maxCharacters) return text;
  // Through JSON, because an engine may keep the whole text alive behind a part of it.
  return JSON.parse(JSON.stringify(cutText(text, maxCharacters))) as string;
}

/**
 * What is left of the room, in characters, behind an item that JSON.stringify writes faithfully: null, booleans, finite numbers, texts,
 * plain objects and arrays of these, without toJSON, a cycle (the depth ends it) or an undefined item. Negative for any other,
 * and where the room is too small.
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

function writeCarefully(value: unknown, maxCharacters: number): Captured {
  const writer = createWriter(maxCharacters);
  writer.write(value);
  const { text, cut } = writer.end();
  return cut.characters > 0 || cut.items > 0 ? { text, cut } : { text };
}

function createWriter(maxCharacters: number) {
  const parts: string[] = [];
  const ancestors: object[] = [];
  const cut: Cut = { characters: 0, items: 0 };
  let room = maxCharacters;

  function put(text: string): void {
    parts.push(text);
    room -= text.length;
  }

  function putText(text: string): void {
    if (text.length <= room) return put(JSON.stringify(text));
    const kept = Math.max(0, room - 20);
    cut.characters += text.length - kept;
    put(JSON.stringify(cutText(text, kept)));
  }

  function write(value: unknown): void {
    switch (typeof value) {
      case "string":
        return putText(value);
      case "boolean":
        return put(String(value));
      case "number":
        return put(Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`);
      case "bigint":
        return Number.isSafeInteger(Number(value)) ? put(String(value)) : putText(integerText(value));
      case "undefined":
        return put("null");
      case "symbol":
        return putText(String(value));
      case "function":
        return putText(`[function ${String(readSafely(() => nameOf(value)))}]`);
      default:
        if (value === null) put("null");
        else writeObject(value as object);
    }
  }

  function writeObject(value: object): void {
    if (ancestors.includes(value)) return putText("[circular]");
    if (ancestors.length >= maxDepth) return putText("[nested too deep]");
    ancestors.push(value);
    try {
      writeKnown(value);
    } catch (error) {
      putText(`[unreadable: ${messageOf(error)}]`);
    } finally {
      ancestors.pop();
    }
  }

  function writeKnown(value: object): void {
    if (Array.isArray(value)) return writeList(value as unknown[], value.length);
    // By tag and not by class: what comes from another frame or context is of other classes.
    const tag = tagOf(value);
    switch (tag) {
      case "Date": {
        const date = value as Date;
        return putText(Number.isNaN(date.getTime()) ? "Invalid Date" : date.toISOString());
      }
      case "Map":
        return writeMap(value as ReadonlyMap<unknown, unknown>);
      case "Set":
        return writeList(setValues.call(value), sizeOf(Set, value));
      case "Error":
      case "DOMException":
        return writeProperties(value, errorKeys);
      case "RegExp":
      case "URL":
        return putText(String(value as RegExp | URL));
      case "Number":
      case "String":
      case "Boolean":
        return write(value.valueOf());
      case "ArrayBuffer":
      case "SharedArrayBuffer":
        // A view throws for what is no buffer, where an array of bytes would read it as a list.
        return writeBytes(new Uint8Array(new DataView(value as ArrayBuffer).buffer), tag);
      case "NodeList":
      case "HTMLCollection":
        return writeList(
          value as ArrayLike<unknown> & Iterable<unknown>,
          (value as { length: number }).length,
        );
    }
    if (tag === "Window" || value === globalThis) return putText("[global object]");
    if (hasMethod(value, "then")) return putText("[promise]");
    if (ArrayBuffer.isView(value)) return writeView(value);
    if (tag !== "Object" && isNode(value)) return putText(describeNode(value));
    if (hasMethod(value, "toJSON")) return write((value as { toJSON: () => unknown }).toJSON());
    writeProperties(value, tag.endsWith("Event") ? eventKeys : []);
  }

  /** What is named, listed or not, before the rest of its own. */
  function writeProperties(value: object, named: readonly string[]): void {
    const own = Object.keys(value);
    const keys = named.length > 0 ? [...new Set([...named, ...own])] : own;
    const read = (key: string) => () => (value as Record<string, unknown>)[key];
    // Each takes a character at least: what is beyond the room need not be looked at.
    writeEntries(
      keys.slice(0, room + 1).map((key) => [key, read(key)]),
      keys.length,
    );
  }

  function writeList(items: Iterable<unknown>, length: number): void {
    let index = 0;
    const next = () => put(index++ > 0 ? "," : "");
    put("[");
    try {
      for (const item of items) {
        if (room <= 0) {
          const rest = length - index;
          cut.items += rest;
          next();
          put(`"… ${rest} more items"`);
          break;
        }
        next();
        write(item);
      }
    } catch (error) {
      // The items before are written, and the list is ended as any.
      next();
      putText(`[unreadable: ${messageOf(error)}]`);
    }
    put("]");
  }

  function writeMap(map: object): void {
    const entries: [unknown, unknown][] = [];
    for (const entry of mapEntries.call(map)) {
      if (entries.push(entry) > room) break;
    }
    const size = sizeOf(Map, map);
    if (!entries.every(([key]) => typeof key === "string")) return writeList(entries, size);
    writeEntries(
      entries.map(([key, value]) => [String(key), () => value]),
      size,
    );
  }

  function writeEntries(entries: readonly (readonly [string, () => unknown])[], length: number): void {
    put("{");
    let index = 0;
    let isFirst = true;
    for (const [key, read] of entries) {
      if (room <= 0) break;
      index++;
      const value = readSafely(read);
      if (value === undefined || typeof value === "function" || typeof value === "symbol") continue;
      if (!isFirst) put(",");
      isFirst = false;
      putText(key);
      put(":");
      write(value);
    }
    if (index < length) {
      cut.items += length - index;
      put(`${isFirst ? "" : ","}"…":"${length - index} more entries"`);
    }
    put("}");
  }

  function writeView(view: ArrayBufferView): void {
    if (/^(?:Uint8|DataView)/.test(nameOf(view.constructor))) {
      return writeBytes(
        new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
        nameOf(view.constructor),
      );
    }
    const numbers = view as unknown as Iterable<unknown> & { readonly length: number };
    writeList(numbers, numbers.length);
  }

  function writeBytes(bytes: Uint8Array, name: string): void {
    const shown = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    putText(`[${name} of ${bytes.length} bytes: ${shown}${bytes.length > 16 ? " …" : ""}]`);
  }

  return { write, end: () => ({ text: parts.join(""), cut }) };
}

function readSafely(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return `[unreadable: ${messageOf(error)}]`;
  }
}

/** What a caught value says of itself; never throws. */
export function messageOf(error: unknown): string {
  try {
    return toText(isError(error) ? error.message : error);
  } catch {
    return "it cannot be described";
  }
}

/** A list that is joined takes as long as it says it is, be it empty: so it is written. Throws what a hostile value throws. */
export function toText(value: unknown): string {
  return Array.isArray(value) ? captureJson(value, maxListCharacters).text : String(value);
}

/** Of this realm or another. Throws what a hostile proxy throws. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || tagOf(value) === "Error";
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function cutText(text: string, kept: number): string {
  return `${text.slice(0, kept)}… ${text.length - kept} more characters`;
}

function nameOf(fn: { readonly name?: unknown }): string {
  return typeof fn.name === "string" && fn.name !== "" ? fn.name : "anonymous";
}

/** Decimal; hexadecimal where that would take long: its digits come in the square of their number. */
function integerText(integer: bigint): string {
  return isModest(integer) ? integer.toString() : `0x${integer.toString(16)}`;
}

function isModest(integer: bigint): boolean {
  return Number.isFinite(Number(integer));
}

interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly id?: unknown;
}

function isNode(value: object): value is DomNode {
  const { nodeType, nodeName } = value as { nodeType?: unknown; nodeName?: unknown };
  return typeof nodeType === "number" && typeof nodeName === "string";
}

function describeNode({ nodeName, id }: DomNode): string {
  return `<${nodeName.toLowerCase()}${typeof id === "string" && id !== "" ? ` id="${id}"` : ""}>`;
}

function escapeKeys(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(escapeKeys);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [escapeKey(key), escapeKeys(item)]));
}
