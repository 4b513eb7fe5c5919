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
  const resourceIds = createIdSet();
  const scopeIds = createIdSet();
  for (const text of texts) {
    // In a text of the JSON a backslash stands before each quote: so this ends a key, if not always one of a span.
    for (let at = text.indexOf(keyEnd); at >= 0; at = text.indexOf(keyEnd, at + keyEnd.length)) {
      const found = endsWith(text, at, '"resource')
        ? resourceIds
        : endsWith(text, at, '"scope')
          ? scopeIds
          : undefined;
      found?.add(text, at + keyEnd.length);
    }
  }
  return { resourceIds: resourceIds.ids, scopeIds: scopeIds.ids };
}

/** Ids as they stand in texts, most of them the one that was there before: looking into a set would take longer than finding them. */
function createIdSet() {
  const ids = new Set<string>();
  let last: string | undefined;
  return {
    ids,
    add(text: string, start: number) {
      const written = text.slice(start, text.indexOf('"', start));
      if (written === last) return;
      if (!written.includes("\\")) ids.add((last = written));
      else {
        const id = maybeEscapedId(text, start);
        if (id !== undefined) ids.add(id);
      }
    },
  };
}

// Its first letter is rarer than a quote, which makes it five times faster to find than a whole key.
const keyEnd = 'Id":"';

function endsWith(text: string, end: number, part: string): boolean {
  return text.startsWith(part, end - part.length);
}

/** Undefined where the text is damaged. */
function maybeEscapedId(text: string, start: number): string | undefined {
  escapedString.lastIndex = start - 1;
  const [quoted] = escapedString.exec(text) ?? [];
  return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
}

const escapedString = new RegExp(stringPattern, "y");
