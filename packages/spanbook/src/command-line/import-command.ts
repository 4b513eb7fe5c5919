import { Command } from "commander";
import { formatPlural, printable } from "@spanbook/widget/parts";
import type { Context } from "./context.js";
import { examples, jsonOption } from "./shared-options.js";
import { defaultFile, importFiles, writeInto } from "./sources.js";

export function importCommand(context: Context): Command {
  const { output } = context;
  return new Command("import")
    .argument("<file...>", "OTLP, MLflow JSON, reports, databases; - is standard input")
    .summary("import traces from files into a database")
    .description(
      "Imports the traces in files into a database, creating it if it is missing. Importing a file twice changes nothing.",
    )
    .option("--into <database>", "the database", defaultFile)
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "npx spanbook import traces.otlp.json.gz",
        "npx spanbook import *.jsonl report.html --into all.db",
      ),
    )
    .action(async (files: string[], { into, json }: { into: string; json?: true }) => {
      await writeInto(into, context, (store) =>
        importFiles(store, files, context, (file, result) => {
          const { spans, traces } = result;
          if (json) output.printJson({ file, ...result });
          else {
            output.print(
              `${printable(file)}: ${formatPlural(spans, "span")} of ${formatPlural(traces, "trace")}`,
            );
          }
        }),
      );
    });
}
