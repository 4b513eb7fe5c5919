/**
 * Thrown for a filter that cannot be parsed. Only `name` and `message` cross a worker; to get the position, parse the same text
 * again on this side: that gives the same error.
 */
export interface FilterSyntaxError extends Error {
  readonly name: "FilterSyntaxError";
  /** The position of the error, as an offset into the text in UTF-16 code units, from 0; the message counts from 1. */
  readonly position: number;
  /** What was expected there, in words or as it is written. */
  readonly expected: readonly string[];
}

/** An error whose message is one line: where, what was expected, what was got. */
export function filterSyntaxError(
  position: number,
  expected: readonly string[],
  got: string,
): FilterSyntaxError {
  const message = `filter at character ${position + 1}: expected ${inWords(expected)}, got ${got}`;
  return Object.assign(new Error(message), { name: "FilterSyntaxError" as const, position, expected });
}

function inWords(choices: readonly string[]): string {
  return choices.length < 2
    ? choices.join("")
    : `${choices.slice(0, -1).join(", ")} or ${choices.slice(-1).join("")}`;
}

/** Source text for a message: one short line. */
export function quoteSource(text: string): string {
  const line = Array.from(text.slice(0, 200), (char) => (/\p{C}/u.test(char) ? "\ufffd" : char));
  return line.length > 40 ? `${line.slice(0, 39).join("")}…` : line.join("");
}
