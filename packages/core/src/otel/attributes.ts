import { isPlainObject } from "../model/objects.js";

/**
 * Keeps the attributes that OpenTelemetry's API allows: texts, numbers, booleans, null, bytes, lists and plain objects
 * of these. An empty key is not allowed.
 */
export function toValidAttributes(attributes: unknown): Record<string, unknown> {
  if (typeof attributes !== "object" || attributes === null) return {};
  return Object.fromEntries(Object.entries(attributes).filter(([key, value]) => isAttribute(key, value)));
}

export function isAttribute(key: unknown, value: unknown): boolean {
  return typeof key === "string" && key !== "" && isAnyValue(value, []);
}

function isAnyValue(value: unknown, ancestors: readonly object[]): boolean {
  if (typeof value !== "object") return ["string", "number", "boolean"].includes(typeof value);
  if (value === null || value instanceof Uint8Array) return true;
  if (ancestors.includes(value)) return false;
  const inside = [...ancestors, value];
  const isFine = (item: unknown) => item === undefined || isAnyValue(item, inside);
  if (Array.isArray(value)) return value.every(isFine);
  return isPlainObject(value) && Object.values(value).every(isFine);
}
