/** A part of a text that comes in pieces, kept from where it begins until it is taken. */
export interface CapturedText {
  isOpen(): boolean;
  /** It begins in this piece. */
  begin(at: number): void;
  /** It goes on to `end`, mostly that of the piece. Throws RangeError where it becomes longer than it may be. */
  extend(text: string, end: number): void;
  /** It ends there; all of it. */
  take(text: string, end: number): string;
  drop(): void;
}

export function createCapturedText(what: string, maxLength: number): CapturedText {
  let pieces: string[] = [];
  let length = 0;
  /** Where the rest of it begins in this piece; below zero where there is none. */
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
