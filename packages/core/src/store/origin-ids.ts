import { stringPattern } from "../model/json-pattern.js";

/** Ids of resources and scopes, each once. */
export interface OriginIds {
  readonly resourceIds: ReadonlySet<string>;
  readonly scopeIds: ReadonlySet<string>;
}

/**
 * The ids of resources and scopes that occur in JSON text of spans, as JSON.stringify writes it: those that the spans name, and
 * perhaps others. The texts are not parsed.
 */
export function originIdsIn(texts: readonly string[]): OriginIds {
  const resources = createFinds('"resource');
  const scopes = createFinds('"scope');
  for (const text of texts) {
    // In a text of the JSON a backslash stands before each quote: so this ends a key, if not always one of a span.
    for (let at = text.indexOf(keyEnd); at >= 0; at = text.indexOf(keyEnd, at + keyEnd.length)) {
      if (endsWith(text, at, resources.key)) note(resources, text, at + keyEnd.length);
      else if (endsWith(text, at, scopes.key)) note(scopes, text, at + keyEnd.length);
    }
  }
  return { resourceIds: resources.ids, scopeIds: scopes.ids };
}

interface Finds {
  readonly key: string;
  readonly ids: Set<string>;
  /** The id that was found last, with the quote behind it: most spans name the same. */
  last: string | undefined;
}

function createFinds(key: string): Finds {
  return { key, ids: new Set(), last: undefined };
}

function note(finds: Finds, text: string, start: number): void {
  if (finds.last !== undefined && text.startsWith(finds.last, start)) return;
  const id = maybeId(text, start);
  if (id === undefined) return;
  finds.ids.add(id);
  finds.last = `${id}"`;
}

// Its first letter is rarer than a quote, which makes it five times faster to find than a whole key.
const keyEnd = 'Id":"';

function endsWith(text: string, end: number, part: string): boolean {
  return text.startsWith(part, end - part.length);
}

/** Undefined where the text is damaged. */
function maybeId(text: string, start: number): string | undefined {
  const id = text.slice(start, text.indexOf('"', start));
  if (!id.includes("\\")) return id;
  escapedString.lastIndex = start - 1;
  const [quoted] = escapedString.exec(text) ?? [];
  return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
}

const escapedString = new RegExp(stringPattern, "y");
