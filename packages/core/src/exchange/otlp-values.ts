/** Turns OTLP JSON's attributes and values into ours. */
import type { Fields } from "../model/json.js";
import { setOwn } from "../model/objects.js";
import { escapeKey, fromDouble, fromInteger, type Attributes, type Value } from "../model/values.js";
import { get, inWords, listOf, maybeFields, maybeList, textOf } from "./otlp-fields.js";

const maxDepth = 200;

export function maybeAttributes(fields: Fields): Attributes | undefined {
  const list = maybeList(fields, "attributes");
  return list && toAttributes(list);
}

// The specification allows each key once; if it occurs again, the last value counts.
export function toAttributes(list: readonly unknown[], depth = 0): Attributes {
  const attributes: Record<string, Value> = {};
  for (const item of list) {
    const pair = maybeFields(item);
    if (!pair) continue;
    setOwn(attributes, escapeKey(textOf(pair, "key") ?? ""), toKeyedValue(get(pair, "value"), depth));
  }
  return attributes;
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

/** The JSON mapping of protobuf also accepts the URL alphabet and missing padding, but writes neither. */
function toBase64(text: string): string {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, "=");
}

function toInteger(value: unknown): Value {
  // Most integers, which a double holds exactly.
  if (typeof value === "string" && /^-?[1-9]\d{0,14}$/.test(value)) return Number(value);
  try {
    return fromInteger(BigInt(value as string | number));
  } catch {
    throw new TypeError(`intValue must be an integer, got ${inWords(value)}`);
  }
}
