import { toJsonStart } from "./json-start.js";

/** MLflow cuts previews at 1,000 characters too. */
const maxLength = 1000;

/**
 * A line or two that stand for a span's inputs or outputs in a list: a text as it is, an object with a single value as
 * that value, anything else as JSON; at most 1,000 characters.
 */
export function toPreview(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const only = onlyValue(value);
  const text = typeof only === "string" ? only : toJsonStart(only, maxLength + 1);
  return text !== undefined && text.length > maxLength ? `${cut(text, maxLength - 1)}…` : text;
}

/** At most that many code units, and never half a surrogate pair. */
function cut(text: string, length: number): string {
  return /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? text.slice(0, length - 1) : text.slice(0, length);
}

function onlyValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const values: unknown[] = Object.values(value);
  return values.length === 1 ? values[0] : value;
}
