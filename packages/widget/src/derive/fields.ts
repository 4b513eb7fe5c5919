/** An object with any fields: read from JSON, or about to be written as JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether it has fields: neither a list nor null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
