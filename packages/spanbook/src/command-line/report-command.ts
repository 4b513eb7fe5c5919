import { createReport } from "@spanbook/widget";
import { printable } from "@spanbook/widget/parts";
import type { Command } from "commander";
import { toCount } from "./arguments.js";
import type { Context } from "./context.js";
import { examples, filterOption, jsonOption, readingCommand } from "./shared-options.js";
import { onlyFound, openSource } from "./sources.js";
import { stdoutName, writeOutput } from "./write-output.js";

interface ReportOptions {
  readonly output: string;
  readonly title?: string;
  readonly filter?: string;
  readonly maxTraces: number;
  readonly json?: true;
}

interface PageOptions extends Omit<ReportOptions, "output"> {
  readonly onWarning?: (message: string) => void;
}

export function reportCommand(context: Context): Command {
  return withReportOptions(readingCommand("report"))
    .summary("write one HTML page that shows the traces")
    .description("Writes one HTML page with the traces and the explorer in it, to keep or to mail.")
    .option("-o, --output <file>", "the page to write; - is standard output", "report.html")
    .addHelpText(
      "after",
      examples(
        "npx spanbook report traces.db",
        'npx spanbook report traces.db --filter "status = \'ERROR\'" --title "What failed" -o failed.html',
      ),
    )
    .action(async (files: string[], options: ReportOptions) => {
      const onWarning = (message: string) => context.output.note(printable(message));
      await writeReport(files, options.output, { ...options, onWarning }, context);
      if (options.output === stdoutName) return;
      if (options.json) context.output.printJson({ report: options.output });
      else context.output.print(options.output);
    });
}

export function withReportOptions(command: Command): Command {
  return command
    .option("--title <title>", "at the top of the page (default: the names of the files)")
    .addOption(filterOption())
    .option("--max-traces <count>", "at most this many, the newest", toCount, 1000)
    .addOption(jsonOption());
}

export async function writeReport(
  files: readonly string[],
  output: string,
  { title, filter, maxTraces, onWarning }: PageOptions,
  context: Context,
): Promise<void> {
  const source = await openSource(files, context);
  try {
    const createPage = () =>
      createReport(onlyFound(source.store, filter), {
        title: title ?? source.title,
        maxTraces,
        ...(onWarning && { onWarning }),
      });
    await writeOutput(output, piecesOf(createPage), context.terminal);
  } finally {
    await source.close();
  }
}

async function* piecesOf(createText: () => Promise<string>): AsyncGenerator<string> {
  yield await createText();
}
