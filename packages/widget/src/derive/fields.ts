/** An object's fields, whatever they are: read from JSON, or about to be written as such. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether it has fields: no list, and not null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
