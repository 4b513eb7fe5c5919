import { chromeTrace, exportMlflow } from "@spanbook/core/files";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { exportOtlp, type Dialect } from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { formatPlural } from "@spanbook/widget/parts";
import { Option, type Command } from "commander";
import type { Context } from "./context.js";
import { dialectOption, examples, filterOption, readingCommand } from "./shared-options.js";
import { onlyFound, openSource } from "./sources.js";
import { stdoutName, writeOutput } from "./write-output.js";

interface ExportOptions {
  readonly output: string;
  readonly format: "otlp" | "jsonl" | "mlflow" | "mlflow2" | "chrome";
  readonly dialect?: readonly Dialect[];
  readonly gzip?: boolean;
  readonly filter?: string;
}

export function exportCommand(context: Context): Command {
  return readingCommand("export")
    .summary("write the traces in another format")
    .description(
      "Writes the traces as OTLP JSON, as MLflow's trace JSON, or as Chrome's trace events for Perfetto.",
    )
    .option("-o, --output <file>", "the file to write; - is standard output", stdoutName)
    .addOption(
      new Option(
        "-f, --format <format>",
        "otlp is one document, jsonl a line for each trace; mlflow2 is MLflow before 3.0",
      )
        .choices(["otlp", "jsonl", "mlflow", "mlflow2", "chrome"])
        .default("otlp"),
    )
    .addOption(dialectOption())
    .option("--gzip", "compress it (default: when the file's name ends in .gz)")
    .addOption(filterOption())
    .addHelpText(
      "after",
      examples(
        "npx spanbook export traces.db -o traces.otlp.json.gz",
        "npx spanbook export traces.db --format chrome -o perfetto.json",
        "npx spanbook export traces.db --format jsonl | wc -l",
      ),
    )
    .action(async (files: string[], { output, format, dialect, gzip, filter }: ExportOptions) => {
      const source = await openSource(files, context);
      try {
        const pieces = toFormat(onlyFound(source.store, filter), format, dialect ?? [], context);
        const isZipped = gzip ?? output.endsWith(".gz");
        await writeOutput(output, isZipped ? zipped(pieces) : pieces, context.terminal);
        if (output !== stdoutName) context.output.note(`Written to ${output}`);
      } finally {
        await source.close();
      }
    });
}

function toFormat(
  store: TraceStore,
  format: ExportOptions["format"],
  dialects: readonly Dialect[],
  { output, terminal: { signal } }: Context,
): AsyncIterable<string> {
  const onProgress = ({ spans }: { readonly spans: number }) =>
    output.progress(`Writing ${formatPlural(spans, "span")}`);
  switch (format) {
    case "otlp":
      return exportOtlp(store, { format: "json", dialects, onProgress, signal });
    case "jsonl":
      return exportOtlp(store, { format: "jsonl", dialects, onProgress, signal });
    case "mlflow":
      return exportMlflow(store);
    case "mlflow2":
      return exportMlflow(store, { schema: 2 });
    case "chrome":
      return chromeTrace(store);
  }
}

function zipped(pieces: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  return Readable.from(pieces).pipe(createGzip()) as AsyncIterable<Uint8Array>;
}
