import { Command, CommanderError } from "commander";
import { printable } from "@spanbook/widget/parts";
import { readVersion } from "../version.js";
import type { Context } from "./context.js";
import { exportCommand } from "./export-command.js";
import { importCommand } from "./import-command.js";
import { pruneCommand } from "./prune-command.js";
import { receiveCommand } from "./receive-command.js";
import { reportCommand } from "./report-command.js";
import { searchCommand } from "./search-command.js";
import { showCommand } from "./show-command.js";
import { statsCommand } from "./stats-command.js";
import { createOutput, type Terminal } from "./terminal.js";
import { uploadCommand } from "./upload-command.js";
import { viewCommand } from "./view-command.js";

/**
 * - done: all that was asked for
 * - failed: not, or not all of it; stderr says why
 * - usage: the command was not understood, or missing; stderr has help
 * - interrupted: by Ctrl-C
 */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const commands = [
  viewCommand,
  reportCommand,
  searchCommand,
  showCommand,
  statsCommand,
  exportCommand,
  importCommand,
  uploadCommand,
  receiveCommand,
  pruneCommand,
];

/** Runs a command line (the words after `spanbook`) and resolves to its exit code. Never rejects. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const output = createOutput(terminal);
  let isWhole = true;
  const context: Context = { terminal, output, fail: () => (isWhole = false), hasFailed: () => !isWhole };
  try {
    const program = createProgram(context);
    await program.parseAsync(askedOf(program, words), { from: "user" });
    return isWhole ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (terminal.signal.aborted) return exitCodes.interrupted;
    output.note(`spanbook: ${printable((error as Error).message)}`);
    return exitCodes.failed;
  }
}

/**
 * Commander answers `help nope` and `nope --help` with the general help. Asked for `nope` alone, it says that there is no such
 * command, and which one may be meant.
 */
function askedOf(program: Command, words: readonly string[]): readonly string[] {
  const [first = "", second = ""] = words;
  const name = first === "help" ? second : first;
  const isKnown = /^(-|$|help$)/.test(name) || program.commands.some((command) => command.name() === name);
  return isKnown ? words : [name];
}

function createProgram(context: Context): Command {
  const { stdout, stderr } = context.terminal;
  const program = new Command("spanbook")
    .description("Shows, searches and moves traces of AI programs, on this machine.")
    .version(readVersion(), "-V, --version")
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage, or no command, 130 interrupted.")
    .helpCommand("help [command]", "explain a command");
  for (const create of commands) program.addCommand(create(context));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showHelpAfterError("(--help explains it)")
      .configureOutput({
        writeOut: (text) => stdout.write(text),
        // The message repeats the argument, which another program may have taken from a trace.
        writeErr: (text) => stderr.write(text.split("\n").map(printable).join("\n")),
      });
  }
  return program;
}
