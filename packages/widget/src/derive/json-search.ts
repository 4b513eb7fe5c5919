/** Where a text occurs in a JSON value: in keys, and in values other than arrays and objects. */
export interface JsonMatches {
  /** At most the limit. */
  readonly count: number;
  /** There were more, or the value was too large to search in full. */
  readonly isCut: boolean;
  /** The paths of the matches and of everything around them. */
  readonly kept: ReadonlySet<string>;
}

const maxCount = 500;
const maxVisited = 300_000;
/** No reader opens that many entries to reach what is deeper. */
const maxKeptDepth = 200;

/** A path as one text, different for different paths. */
export function toPathKey(path: readonly string[]): string {
  return JSON.stringify(path);
}

/** Ignores case. An empty text occurs nowhere. */
export function searchJson(value: unknown, text: string): JsonMatches {
  const wanted = text.trim().toLowerCase();
  const kept = new Set<string>();
  let count = 0;
  let visited = 0;
  // Not recursive: values may be nested as deeply as their sender likes.
  const stack: Place[] = [{ value }];
  while (wanted !== "" && stack.length > 0 && count < maxCount && visited < maxVisited) {
    const place = stack.pop();
    if (place === undefined) break;
    const { value: item, key } = place;
    visited++;
    const isNode = typeof item === "object" && item !== null;
    if (key?.toLowerCase().includes(wanted) || (!isNode && String(item).toLowerCase().includes(wanted))) {
      count++;
      const path = pathOf(place).slice(0, maxKeptDepth);
      for (let length = path.length; length >= 0; length--) {
        const pathKey = toPathKey(path.slice(0, length));
        if (kept.has(pathKey)) break;
        kept.add(pathKey);
      }
    }
    if (!isNode) continue;
    const entries = Object.entries(item);
    for (let i = entries.length - 1; i >= 0; i--) {
      const [childKey, child] = entries[i] ?? ["", undefined];
      stack.push({ value: child, key: childKey, parent: place });
    }
  }
  return { count, isCut: stack.length > 0, kept };
}

/** An entry with its parent, so that paths are built only for matches. */
interface Place {
  readonly value: unknown;
  /** Absent for the whole value. */
  readonly key?: string;
  readonly parent?: Place;
}

function pathOf(place: Place): string[] {
  const path: string[] = [];
  for (let at: Place | undefined = place; at?.key !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}

/** Whether a text occurs in a value, ignoring case. An empty text occurs nowhere. */
export function hasText(value: unknown, text: string): boolean {
  return searchJson(value, text).count > 0;
}

/** A path in JavaScript notation: messages[0].content, ["a b"]. */
export function formatPath(path: readonly string[]): string {
  return path
    .map((key) => {
      if (/^(?:0|[1-9]\d*)$/.test(key)) return `[${key}]`;
      return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join("")
    .replace(/^\./, "");
}
