import { Readable, Writable } from "node:stream";
import { runCommandLine } from "../../packages/spanbook/src/command-line/run.js";

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Whether stdout and stderr say that they are terminals, 80 characters wide. */
  readonly isTerminal?: boolean;
  /** Called with what is written to stdout. */
  readonly onOutput?: (text: string) => void;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { stdin = "", env = {}, signal = new AbortController().signal, isTerminal = false } = options;
  const stdout = collector(options.onOutput);
  const stderr = collector();
  const code = await runCommandLine(words, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: Object.assign(stdout.stream, { isTTY: isTerminal, columns: 80 }),
    stderr: Object.assign(stderr.stream, { isTTY: isTerminal }),
    env,
    signal,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(onText?: (text: string) => void): { stream: Writable; text: () => string } {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      onText?.(piece.toString());
      done();
    },
  });
  return { stream, text: () => Buffer.concat(pieces).toString() };
}
