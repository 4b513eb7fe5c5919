/**
 * Finds where strings end in a piece of JSON text. For a position within a string it returns that of the quote that
 * ends it; or of the first line break in it, of a backslash at the end of a line or the piece, or some position on the
 * way there. Positions must be passed in order.
 */
export function stringEndsIn(text: string): (start: number) => number {
  /** The next position of each, kept so that each is looked for only once. */
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

/**
 * The escaped character may be in the next piece, or be the end of a line. Bounded, because each character may need
 * stack space.
 */
const restOfString = /(?:[^"\\\n]|\\[^\n]){0,65536}/y;

/** The length of the text if it does not occur. */
function placeOf(part: string, text: string, start: number): number {
  const at = text.indexOf(part, start);
  return at < 0 ? text.length : at;
}
