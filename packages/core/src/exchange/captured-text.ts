/** A part of a text that arrives in pieces, kept from its beginning until it is taken. */
export interface CapturedText {
  isOpen(): boolean;
  /** It begins in this piece. */
  begin(at: number): void;
  /** It continues to `end`, usually that of the piece. Throws RangeError if it becomes too long. */
  extend(text: string, end: number): void;
  /** It ends there; returns all of it. */
  take(text: string, end: number): string;
  drop(): void;
}

export function createCapturedText(what: string, maxLength: number): CapturedText {
  let pieces: string[] = [];
  let length = 0;
  /** Where the rest of it begins in this piece; below zero if nothing is being captured. */
  let from = -1;

  function extend(text: string, end: number): void {
    if (from < 0) return;
    pieces.push(text.slice(from, end));
    length += end - from;
    if (length > maxLength) throw new RangeError(`${what} is longer than ${maxLength} characters`);
    from = 0;
  }

  function drop(): void {
    pieces = [];
    length = 0;
    from = -1;
  }

  return {
    isOpen: () => from >= 0,
    begin: (at) => void (from = at),
    extend,
    take(text, end) {
      extend(text, end);
      const whole = pieces.join("");
      drop();
      return whole;
    },
    drop,
  };
}
