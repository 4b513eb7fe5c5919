import { uploadOtlp, type Dialect, type OtlpProtocol, type UploadResult } from "@spanbook/core/upload";
import { formatPlural, printable } from "@spanbook/widget/parts";
import { Command, Option } from "commander";
import { addHeader, toBytes, toCount, toDurationMs } from "./arguments.js";
import type { Context } from "./context.js";
import { dialectOption, examples, jsonOption } from "./shared-options.js";
import { defaultFile, openForUpload, openSource } from "./sources.js";

interface UploadCommandOptions {
  readonly endpoint?: string;
  readonly header?: Record<string, string>;
  readonly timeout?: number;
  readonly protocol?: OtlpProtocol;
  readonly dialect?: readonly Dialect[];
  readonly assessments?: boolean;
  readonly gzip?: boolean;
  readonly maxRequestBytes?: number;
  readonly maxRequestSpans?: number;
  readonly maxAttempts?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

export function uploadCommand(context: Context): Command {
  const { output, terminal } = context;
  return new Command("upload")
    .argument("[file]", `a database, or any file that can be read (default: ${defaultFile})`)
    .summary("send the traces to an OpenTelemetry back end")
    .description(
      "Sends ended spans to an OTLP/HTTP endpoint, each once: the database remembers what was sent, so the next upload " +
        "continues where this one stopped. Options that are not given come from the OTEL_EXPORTER_OTLP_… variables.",
    )
    .option("--endpoint <url>", "such as http://localhost:4318/v1/traces, used as is")
    .option("--header <name=value>", "sent with each request; can be given several times", addHeader)
    .option("--timeout <duration>", "how long a request may take (default: 10s)", toDurationMs)
    .addOption(
      new Option("--protocol <protocol>", "how requests are written (default: http/json)").choices([
        "http/json",
        "http/protobuf",
      ]),
    )
    .addOption(dialectOption())
    .option("--assessments", "send feedback to MLflow too (default: when the headers name an experiment)")
    .option("--no-assessments", "send no feedback")
    .option("--gzip", "compress requests (the default, unless OTEL_EXPORTER_OTLP_COMPRESSION says no)")
    .option("--no-gzip", "do not compress requests")
    .option(
      "--max-request-bytes <size>",
      "the largest request, before it is compressed (default: 4 MiB)",
      toBytes,
    )
    .option("--max-request-spans <count>", "the most spans in a request (default: 2000)", toCount)
    .option("--max-attempts <count>", "how many times a request is tried (default: 6)", toCount)
    .option("--dry-run", "send nothing; print what would be sent")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "npx spanbook upload traces.db --endpoint http://localhost:4318/v1/traces",
        "npx spanbook upload traces.db --endpoint http://localhost:5000/v1/traces --header x-mlflow-experiment-id=1",
        "npx spanbook upload traces.db --endpoint http://localhost:4318/v1/traces --dry-run",
      ),
    )
    .action(async (file = defaultFile, options: UploadCommandOptions) => {
      const { header, timeout, dialect, json, ...others } = options;
      const source = await (others.dryRun ? openSource([file], context) : openForUpload(file, context));
      try {
        const result = await uploadOtlp(source.store, {
          ...others,
          ...(header && { headers: header }),
          ...(dialect && { dialects: dialect }),
          ...(timeout !== undefined && { timeoutMs: timeout }),
          signal: terminal.signal,
          onWarning: (message) => output.note(printable(message)),
          onProgress: ({ sent }) => output.progress(`Sent ${formatPlural(sent, "span")}`),
        });
        for (const message of result.messages) output.note(printable(message));
        if (result.rejected > 0) context.fail();
        if (json) output.printJson(result);
        else output.print(others.dryRun ? describeDryRun(result) : describeUpload(result));
      } finally {
        await source.close();
      }
    });
}

function describeUpload(result: UploadResult): string {
  const { sent, requests } = result;
  return describe(`${formatPlural(sent, "span")} sent in ${formatPlural(requests, "request")}`, result);
}

function describeDryRun(result: UploadResult): string {
  return describe(`${formatPlural(result.sent, "span")} would be sent`, result);
}

/** Says what became of the spans that were sent, and then of all others. */
function describe(sent: string, { rejected, alreadySent, open, assessments }: UploadResult): string {
  const parts = [
    sent,
    assessments > 0 && formatPlural(assessments, "assessment"),
    rejected > 0 && `${formatPlural(rejected, "span")} rejected`,
    alreadySent > 0 && `${formatPlural(alreadySent, "span")} already sent`,
    open > 0 && `${formatPlural(open, "span")} still open`,
  ];
  return parts.filter(Boolean).join(", ");
}
