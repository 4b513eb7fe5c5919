/**
 * JSON for readers: what a value is, in a line, and its entries. Attributes tag what JSON cannot hold (see values.ts of core's
 * model), which is why `isTagged` is passed along with them.
 */
export type JsonKind = "text" | "number" | "boolean" | "null" | "bytes" | "array" | "object";

export interface JsonDescription {
  readonly kind: JsonKind;
  /** A scalar in full; of an array or object the first few values. */
  readonly preview: string;
  /** How many entries an array or object has. */
  readonly size: number;
}

export interface JsonEntry {
  readonly key: string;
  readonly value: unknown;
}

const maxPreviewLength = 80;

export function describeValue(value: unknown, isTagged: boolean): JsonDescription {
  switch (typeof value) {
    case "string":
      return { kind: "text", preview: value, size: 0 };
    case "number":
    case "bigint":
      return { kind: "number", preview: String(value), size: 0 };
    case "boolean":
      return { kind: "boolean", preview: String(value), size: 0 };
    case "object":
      break;
    default:
      return { kind: "null", preview: String(value), size: 0 };
  }
  if (value === null) return { kind: "null", preview: "null", size: 0 };
  const tagged = isTagged ? describeTagged(value) : undefined;
  if (tagged) return tagged;
  const size = Array.isArray(value) ? value.length : keysOf(value).length;
  return { kind: Array.isArray(value) ? "array" : "object", preview: toPreviewText(value, isTagged), size };
}

/** The entries of an array or object, from `start` on, at most `count`. */
export function entriesOf(value: object, isTagged: boolean, start: number, count: number): JsonEntry[] {
  if (Array.isArray(value)) {
    return value
      .slice(start, start + count)
      .map((item: unknown, index) => ({ key: String(start + index), value: item }));
  }
  const keys = keysOf(value).slice(start, start + count);
  return keys.map((key) => ({
    key: isTagged && key.startsWith("$$") ? key.slice(1) : key,
    value: (value as Record<string, unknown>)[key],
  }));
}

/** How many entries a value holds at all depths, counted up to `limit`. */
export function countEntries(value: unknown, limit: number): number {
  let count = 0;
  const rest = [value];
  for (let item = rest.pop(); item !== undefined && count < limit; item = rest.pop()) {
    if (typeof item !== "object" || item === null) continue;
    count += Array.isArray(item) ? item.length : keysOf(item).length;
    // Nothing is counted beyond the limit, so that a huge array or object need not be walked.
    if (count >= limit) break;
    const entries: unknown[] = Object.values(item);
    rest.push(...entries.filter((entry) => typeof entry === "object" && entry !== null));
  }
  return Math.min(count, limit);
}

/** The keys of an object, cached because every render asks for them, and listing 200,000 takes a tenth of a second. */
function keysOf(value: object): readonly string[] {
  let keys = knownKeys.get(value);
  if (keys === undefined) {
    keys = Object.keys(value);
    if (keys.length > manyKeys) knownKeys.set(value, keys);
  }
  return keys;
}

const manyKeys = 1000;
/** Values shown were read and never change. */
const knownKeys = new WeakMap<object, readonly string[]>();

function describeTagged(value: object): JsonDescription | undefined {
  const keys = keysOf(value);
  const [tag] = keys;
  if (tag === undefined || keys.length > 1) return undefined;
  const content = (value as Record<string, unknown>)[tag];
  if (tag === "$int" || tag === "$double") return { kind: "number", preview: String(content), size: 0 };
  if (tag !== "$bytes") return undefined;
  return { kind: "bytes", preview: `base64 ${String(content)}`, size: 0 };
}

function toPreviewText(value: object, isTagged: boolean): string {
  const isArray = Array.isArray(value);
  const parts: string[] = [];
  let length = 0;
  for (const { key, value: item } of entriesOf(value, isTagged, 0, 12)) {
    const text = toShortText(item, isTagged);
    parts.push(isArray ? text : `${key}: ${text}`);
    length += parts.at(-1)?.length ?? 0;
    if (length > maxPreviewLength) break;
  }
  return cut(parts.join(", "), maxPreviewLength);
}

function toShortText(value: unknown, isTagged: boolean): string {
  if (typeof value === "string") return JSON.stringify(cut(value, 40));
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.length}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return (isTagged ? describeTagged(value)?.preview : undefined) ?? "{…}";
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
