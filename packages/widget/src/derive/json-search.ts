/** Where a text occurs in a JSON value: in keys, and in what is not array or object. */
export interface JsonMatches {
  /** At most the limit. */
  readonly count: number;
  /** There were more, or the value was too large to go through. */
  readonly isCut: boolean;
  /** The paths of what matches, and of all around it. */
  readonly kept: ReadonlySet<string>;
}

const maxCount = 500;
const maxVisited = 300_000;
/** No reader opens so many entries to get to what lies deeper; and each step down copies the path. */
const maxDepth = 200;

/** A path as one text, different for different paths. */
export function toPathKey(path: readonly string[]): string {
  return JSON.stringify(path);
}

/** Upper and lower case are the same. An empty text occurs nowhere. */
export function searchJson(value: unknown, text: string): JsonMatches {
  const wanted = text.trim().toLowerCase();
  const kept = new Set<string>();
  let count = 0;
  let visited = 0;
  let isTooDeep = false;
  // Not recursive: values may be nested as deep as their sender likes.
  const stack: { readonly value: unknown; readonly path: readonly string[] }[] = [{ value, path: [] }];
  while (wanted !== "" && stack.length > 0 && count < maxCount && visited < maxVisited) {
    const { value: item, path } = stack.pop() ?? { value: undefined, path: [] };
    visited++;
    const isNode = typeof item === "object" && item !== null;
    if (
      path.at(-1)?.toLowerCase().includes(wanted) ||
      (!isNode && String(item).toLowerCase().includes(wanted))
    ) {
      count++;
      for (let length = path.length; length >= 0; length--) {
        const key = toPathKey(path.slice(0, length));
        if (kept.has(key)) break;
        kept.add(key);
      }
    }
    if (!isNode) continue;
    if (path.length >= maxDepth) {
      isTooDeep = true;
      continue;
    }
    const entries = Object.entries(item);
    for (let i = entries.length - 1; i >= 0; i--) {
      const [key, child] = entries[i] ?? ["", undefined];
      stack.push({ value: child, path: [...path, key] });
    }
  }
  return { count, isCut: stack.length > 0 || isTooDeep, kept };
}

/** A path as it is written in JavaScript: messages[0].content, ["a b"]. */
export function formatPath(path: readonly string[]): string {
  return path
    .map((key) => {
      if (/^(?:0|[1-9]\d*)$/.test(key)) return `[${key}]`;
      return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join("")
    .replace(/^\./, "");
}
