/** Helpers for reading foreign data, which is checked before it is trusted. */
import { isRecord } from "./objects.js";

/** An object whose fields may hold anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object to look fields up in; empty if it is not one. */
export function toRecord(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

export function maybeText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The first of the fields that is present and not null. */
export function firstOf(fields: Fields, ...names: readonly string[]): unknown {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** The first of the fields that is a text. */
export function textOf(fields: Fields, ...names: readonly string[]): string | undefined {
  return maybeText(names.map((name) => firstOf(fields, name)).find((value) => typeof value === "string"));
}

const maxLevels = 3;

/**
 * What JSON text says, even if it is JSON text within JSON text, up to three levels; anything else as it is. Only
 * objects, lists and quoted texts count as JSON: `42` and `true` may be what someone typed.
 */
export function unwrapJson(value: unknown): unknown {
  let current = value;
  for (let level = 0; level < maxLevels && typeof current === "string"; level++) {
    if (!/^\s*["[{]/.test(current)) break;
    try {
      current = parseJson(current);
    } catch {
      break; // a text that only looks like JSON
    }
  }
  return current;
}

/**
 * JSON.parse that also accepts the NaN and Infinity that Python writes, as texts. Throws SyntaxError as JSON.parse
 * does.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(text.replace(/([:[,]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g, '$1"$2"')) as unknown;
  }
}
