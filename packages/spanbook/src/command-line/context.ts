import type { Output, Terminal } from "./terminal.js";

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  readonly output: Output;
  /** Notes that the command did not do all that was asked; the exit code reports that. */
  fail(): void;
  hasFailed(): boolean;
}
