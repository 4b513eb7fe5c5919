/** Why something was not read. */
export interface ReadError {
  /** From 1; always 1 if the input is one document. */
  readonly line: number;
  /** Such as `resourceSpans[0].scopeSpans[0].spans[3]`, with the span's name if it has one. */
  readonly path: string;
  readonly message: string;
}

export interface ReadErrors {
  add(error: ReadError): void;
  /** The first thousand, and one that counts the rest. */
  readonly list: readonly ReadError[];
}

const maxErrors = 1000;

/** Collects what was refused of an input, in memory that does not grow with it. */
export function createReadErrors(): ReadErrors {
  const errors: ReadError[] = [];
  let uncounted: ReadError | undefined;
  let uncountedErrors = 0;
  return {
    add(error) {
      if (errors.length < maxErrors) errors.push(error);
      else {
        uncounted ??= error;
        uncountedErrors++;
      }
    },
    get list() {
      return uncounted ? [...errors, { ...uncounted, message: `${uncountedErrors} more errors` }] : errors;
    },
  };
}
