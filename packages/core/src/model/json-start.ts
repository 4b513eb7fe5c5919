/**
 * The first characters of a value's JSON text, at least `length` of them, or all if there are fewer; undefined for what
 * JSON leaves out. Unlike JSON.stringify it takes no longer for a large value, and deep nesting does not overflow the
 * stack: every level costs a character, so it goes at most `length` deep.
 */
export function toJsonStart(value: unknown, length: number): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) as string | undefined;
  let text = "";
  const isFull = () => text.length >= length;

  function write(item: unknown): void {
    if (typeof item !== "object" || item === null) {
      text += JSON.stringify(typeof item === "string" ? item.slice(0, length) : (item ?? null)) ?? "null";
    } else if (Array.isArray(item)) {
      text += "[";
      for (let i = 0; i < item.length && !isFull(); i++) {
        if (i > 0) text += ",";
        write(item[i]);
      }
      text += "]";
    } else {
      text += "{";
      let isFirst = true;
      for (const key of Object.keys(item)) {
        const field = (item as Record<string, unknown>)[key];
        if (isFull()) break;
        if (field === undefined) continue;
        text += `${isFirst ? "" : ","}${JSON.stringify(key)}:`;
        isFirst = false;
        write(field);
      }
      text += "}";
    }
  }

  write(value);
  return text;
}
