import { stringPattern } from "../model/json-pattern.js";

/** Ids of resources and scopes, without duplicates. */
export interface OriginIds {
  readonly resourceIds: ReadonlySet<string>;
  readonly scopeIds: ReadonlySet<string>;
}

/**
 * The ids of resources and scopes that occur in JSON text of spans, as JSON.stringify writes it: those that the spans
 * refer to, and perhaps others. The texts are not parsed.
 */
export function originIdsIn(texts: readonly string[]): OriginIds {
  const resourceIds = createIdSet();
  const scopeIds = createIdSet();
  for (const text of texts) {
    // Inside a JSON string each quote has a backslash before it, so this is the end of a key, if not always one of a
    // span.
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

/**
 * Collects ids from texts. Most are the same as the one before, and looking into the set each time would take longer
 * than finding them.
 */
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

// Its first letter is rarer than a quote, so it is found five times faster than a whole key.
const keyEnd = 'Id":"';

function endsWith(text: string, end: number, part: string): boolean {
  return text.startsWith(part, end - part.length);
}

/** Undefined if the text is damaged. */
function maybeEscapedId(text: string, start: number): string | undefined {
  escapedString.lastIndex = start - 1;
  const [quoted] = escapedString.exec(text) ?? [];
  return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
}

const escapedString = new RegExp(stringPattern, "y");
