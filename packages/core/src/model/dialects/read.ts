/** How dialects look up attributes. The values are plain: tags have been removed before. */
import { unwrapJson } from "../json.js";
import { isRecord, withoutUndefined } from "../objects.js";
import type { TokenUsage } from "../trace.js";
import type { Attributes } from "../values.js";

/** The first of the attributes that is a text, or a number as text. */
export function textAt(attributes: Attributes, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = valueAt(attributes, key);
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return undefined;
}

/** The first of the attributes that is a count, even if it was written as text. */
export function countAt(attributes: Attributes, ...keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = valueAt(attributes, key);
    const count = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof count === "number" && Number.isFinite(count) && count >= 0) return count;
  }
  return undefined;
}

/** The first of the attributes that is present, parsed if it is JSON text. */
export function jsonAt(attributes: Attributes, ...keys: readonly string[]): unknown {
  const key = keys.find((name) => Object.hasOwn(attributes, name));
  return key === undefined ? undefined : unwrapJson(valueAt(attributes, key));
}

/** Whether any attribute's key begins with this. */
export function hasPrefix(attributes: Attributes, prefix: string): boolean {
  return Object.keys(attributes).some((key) => key.startsWith(prefix));
}

/** One of the texts of a table, by an attribute's value. */
export function lookUp(
  table: Readonly<Record<string, string>>,
  name: string | undefined,
): string | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The usage, if any of its counts is known; a missing total is the sum. */
export function toUsage(counts: {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly totalTokens?: number | undefined;
  readonly cacheReadInputTokens?: number | undefined;
  readonly cacheCreationInputTokens?: number | undefined;
  readonly reasoningOutputTokens?: number | undefined;
}): TokenUsage | undefined {
  const { inputTokens = 0, outputTokens = 0, totalTokens = inputTokens + outputTokens } = counts;
  if (Object.values(counts).every((count) => count === undefined)) return undefined;
  return withoutUndefined({ ...counts, inputTokens, outputTokens, totalTokens });
}

/** Of several things a span may say: a single one as it is, more as an object, none as undefined. */
export function oneOrAll(said: Readonly<Record<string, unknown>>): unknown {
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  return known.length === 1 ? known[0]?.[1] : known.length === 0 ? undefined : Object.fromEntries(known);
}

interface Branch {
  value?: unknown;
  readonly children: Map<string, Branch>;
}

/** Keys nested deeper than in any convention are not split further. */
const maxSegments = 12;

/**
 * Rebuilds a list that was flattened into keys, `prefix.0.role`, `prefix.1.role`, …; undefined if no key begins with
 * the prefix. Indices only give the order: gaps are closed.
 */
export function listAt(attributes: Attributes, prefix: string): readonly unknown[] | undefined {
  const root: Branch = { children: new Map() };
  const start = `${prefix}.`;
  for (const key of Object.keys(attributes)) {
    if (!key.startsWith(start)) continue;
    const segments = key.slice(start.length).split(".");
    const path = [...segments.slice(0, maxSegments), ...rest(segments)];
    let branch = root;
    for (const segment of path) {
      const next = branch.children.get(segment) ?? { children: new Map<string, Branch>() };
      branch.children.set(segment, next);
      branch = next;
    }
    branch.value = valueAt(attributes, key);
  }
  const list = grow(root);
  return Array.isArray(list) ? list : undefined;
}

function rest(segments: readonly string[]): string[] {
  return segments.length > maxSegments ? [segments.slice(maxSegments).join(".")] : [];
}

function grow({ value, children }: Branch): unknown {
  if (children.size === 0) return value;
  const entries = [...children];
  if (entries.every(([key]) => /^\d+$/.test(key))) {
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => grow(child));
  }
  const fields = entries.map(([key, child]): [string, unknown] => [key, grow(child)]);
  return Object.fromEntries(isRecord(value) ? [...Object.entries(value), ...fields] : fields);
}

function valueAt(attributes: Attributes, key: string): unknown {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}
