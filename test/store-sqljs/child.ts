import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A program of the folder `children`, running. */
export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** The next line that it prints, or undefined once it has ended. */
  nextLine(): Promise<string | undefined>;
  /** All remaining lines, once it has ended. */
  remainingLines(): Promise<string[]>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts a program; it is killed when the test ends. `shell` wraps the command line, for example in limits. */
export function startChild(
  name: string,
  parameters: readonly (string | number)[],
  wrap: (command: string[]) => string[] = (command) => command,
): Child {
  const script = fileURLToPath(new URL(`children/${name}.mjs`, import.meta.url));
  const [program = "", ...rest] = wrap([process.execPath, script, ...parameters.map(String)]);
  const child = spawn(program, rest, { stdio: "pipe" });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  async function nextLine(): Promise<string | undefined> {
    const { done, value } = await lines.next();
    return done ? undefined : value;
  }
  return {
    process: child,
    nextLine,
    async remainingLines() {
      const all: string[] = [];
      for (let line = await nextLine(); line !== undefined; line = await nextLine()) all.push(line);
      return all;
    },
    ended: once(child, "exit").then(
      ([code, signal]: (number | string | null)[]) => signal ?? code ?? "unknown",
    ),
  };
}
