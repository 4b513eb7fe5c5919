/**
 * Values of the traced program as JSON text, whatever they are: what JSON cannot hold is written in a readable form,
 * what throws is replaced by a note, and what exceeds the limit is cut while it is being written.
 */
import { hasMethod } from "../model/objects.js";
import { cutText, describeNode, integerText, isNode, nameOf, tagOf } from "./value-words.js";

export interface Captured {
  readonly text: string;
  /** What was cut from the text, in characters and in items of arrays, maps and objects; absent if nothing was. */
  readonly cut?: Cut;
}

export interface Cut {
  characters: number;
  items: number;
}

/** Values nested deeper than this are not written. */
export const maxDepth = 200;
/** The longest text that {@link toText} makes of a list or an object. */
const maxTextCharacters = 10_000;
/** A file has these from its class, so that Object.keys does not list them. */
const fileKeys = ["name", "type", "size"];
const errorKeys = ["name", "message", "stack", "cause", "errors"];
/** The same of an event. */
const eventKeys = ["type", "target", "detail", "data"];

// The platform's own methods, which work on maps and sets of any realm, and throw on what only claims to be one.
const { entries: mapEntries } = Map.prototype as { entries: (this: object) => Iterable<[unknown, unknown]> };
const { values: setValues } = Set.prototype as { values: (this: object) => Iterable<unknown> };
const sizeOf = ({ prototype }: { readonly prototype: object }, value: object) =>
  Reflect.get(prototype, "size", value) as number;

/** The value as JSON text of at most about `maxCharacters`. Never throws. */
export function captureCarefully(value: unknown, maxCharacters: number): Captured {
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
    // A long text within a value leaves some room for its neighbours.
    const spared = ancestors.length > 0 ? Math.min(room >> 3, maxTextCharacters) : 0;
    const kept = Math.max(0, room - 20 - spared);
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
    // By tag and not by class: objects from another frame or context have other classes.
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
      case "Blob":
      case "File":
        return writeProperties(value, fileKeys);
      case "RegExp":
      case "URL":
        return putText(String(value as RegExp | URL));
      case "Number":
      case "String":
      case "Boolean":
        return write(value.valueOf());
      case "ArrayBuffer":
      case "SharedArrayBuffer":
        // DataView throws for what is not a buffer; Uint8Array alone would read it as a list.
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

  /** The `named` properties, enumerable or not, and then the object's other own ones. */
  function writeProperties(value: object, named: readonly string[]): void {
    const own = Object.keys(value);
    const keys = named.length > 0 ? [...new Set([...named, ...own])] : own;
    const read = (key: string) => () => (value as Record<string, unknown>)[key];
    // Each takes at least one character, so those beyond the room need not be read.
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
      // The items before it are already written: the list ends here.
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

/** What `read` returns, or a note saying why it threw. */
export function readSafely(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return `[unreadable: ${messageOf(error)}]`;
  }
}

/** The message of a caught value, whatever it is. Never throws. */
export function messageOf(error: unknown): string {
  try {
    return toText(isError(error) ? error.message : error);
  } catch {
    return "it cannot be described";
  }
}

/**
 * The value as text: by String(), but as JSON for a list, or an object without a text of its own. String() of a list
 * visits as many items as its length says, even if all are missing. Throws what a hostile value throws.
 */
export function toText(value: unknown): string {
  const text = Array.isArray(value) ? undefined : String(value);
  const isWritten = text === undefined || (text === "[object Object]" && typeof value === "object");
  return isWritten ? captureCarefully(value, maxTextCharacters).text : text;
}

/** Whether it is an Error, of this realm or another. Throws what a hostile proxy throws. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || tagOf(value) === "Error";
}
