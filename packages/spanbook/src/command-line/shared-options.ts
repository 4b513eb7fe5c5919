import { Command, Option } from "commander";
import { toFilter } from "./arguments.js";
import { defaultFile } from "./sources.js";

/** A command that reads traces from files. */
export function readingCommand(name: string): Command {
  return new Command(name).argument(
    "[file...]",
    `databases, OTLP, MLflow JSON, reports; - is standard input (default: ${defaultFile})`,
  );
}

export const filterOption = (): Option =>
  new Option("--filter <filter>", "only traces that match, such as \"status = 'ERROR'\"").argParser(toFilter);

export const dialectOption = (): Option =>
  new Option("--dialect <name...>", "conventions to write besides MLflow's").choices([
    "genai",
    "openinference",
  ]);

export const jsonOption = (): Option => new Option("--json", "results as JSON on stdout");

/** The end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;
}
