import { styleText } from "node:util";
import type { Readable, Writable } from "node:stream";

/** What a command runs with: the process's own streams, or a test's. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

type Style = Parameters<typeof styleText>[0];

/** Results go to stdout, everything else to stderr, so that stdout can be piped. */
export interface Output {
  /** A result, on its own line. */
  print(text: string): void;
  /** A result as one line of JSON. */
  printJson(value: unknown): void;
  /** Information for the user, on stderr. */
  note(text: string): void;
  /** Replaces the previous progress; shown on a terminal only, and cleared by any other output. */
  progress(text: string): void;
  /** Text in a colour, if stdout is a terminal and NO_COLOR is not set. */
  paint(style: Style, text: string): string;
  /** The terminal's width in characters; Infinity if there is none. */
  readonly columns: number;
}

const clearLine = "\r\u001b[K";

export function createOutput({ stdout, stderr, env }: Terminal): Output {
  const isColoured = stdout.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  let isProgressShown = false;

  function clearProgress(): void {
    if (isProgressShown) stderr.write(clearLine);
    isProgressShown = false;
  }
  function print(text: string): void {
    clearProgress();
    stdout.write(`${text}\n`);
  }

  return {
    print,
    printJson: (value) => print(toPlainJson(value)),
    note(text) {
      clearProgress();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (stderr.isTTY !== true) return;
      stderr.write(clearLine + text);
      isProgressShown = true;
    },
    paint: (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text),
    columns: stdout.isTTY === true ? (stdout.columns ?? 80) : Infinity,
  };
}

/** JSON that cannot control the terminal: JSON.stringify leaves some control characters as they are. */
function toPlainJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}
