/** Looks in one piece of text after another for where JSON strings end. */
export interface StringEnds {
  startPiece(): void;
  /**
   * From a place within a string: where it ends, or else the first line break in it, a backslash that ends a line or the piece, or
   * some place on the way. Places are asked for in their order.
   */
  find(text: string, start: number): number;
}

export function createStringEnds(): StringEnds {
  /** The first of each behind what was looked at: kept, so that each is looked for once. */
  let quoteAt = -1;
  let escapeAt = -1;
  let breakAt = -1;
  return {
    startPiece() {
      quoteAt = escapeAt = breakAt = -1;
    },
    // Most strings have no escapes: their quote is found at once.
    find(text, start) {
      if (quoteAt < start) quoteAt = placeOf('"', text, start);
      if (escapeAt < start) escapeAt = placeOf("\\", text, start);
      if (breakAt < start) breakAt = placeOf("\n", text, start);
      if (quoteAt < escapeAt && quoteAt < breakAt) return quoteAt;
      restOfString.lastIndex = start;
      restOfString.test(text);
      return restOfString.lastIndex;
    },
  };
}

/** What is escaped may be in the next piece, or the end of a line. Bounded, because each character may take room on a stack. */
const restOfString = /(?:[^"\\\n]|\\[^\n]){0,65536}/y;

/** The length of the text where it is not there. */
function placeOf(part: string, text: string, start: number): number {
  const at = text.indexOf(part, start);
  return at < 0 ? text.length : at;
}
