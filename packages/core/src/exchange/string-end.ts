/**
 * Finds where strings end in a piece of JSON text. From a place within a string it gives that of the quote that ends it; or of the
 * first line break in it, of a backslash at the end of a line or the piece, or of something on the way to them. Places are asked for
 * in their order.
 */
export function stringEndsIn(text: string): (start: number) => number {
  /** The first of each behind what was looked at: kept, so that each is looked for once. */
  let quoteAt = -1;
  let escapeAt = -1;
  let breakAt = -1;
  return (start) => {
    if (quoteAt < start) quoteAt = placeOf('"', text, start);
    if (escapeAt < start) escapeAt = placeOf("\\", text, start);
    if (breakAt < start) breakAt = placeOf("\n", text, start);
    // Most strings have no escapes.
    if (quoteAt < escapeAt && quoteAt < breakAt) return quoteAt;
    restOfString.lastIndex = start;
    restOfString.test(text);
    return restOfString.lastIndex;
  };
}

/** What is escaped may be in the next piece, or the end of a line. Bounded, because each character may take room on a stack. */
const restOfString = /(?:[^"\\\n]|\\[^\n]){0,65536}/y;

/** The length of the text where it is not there. */
function placeOf(part: string, text: string, start: number): number {
  const at = text.indexOf(part, start);
  return at < 0 ? text.length : at;
}
