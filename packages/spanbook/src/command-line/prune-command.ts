import { prune } from "@spanbook/core/client";
import { formatPlural } from "@spanbook/widget/parts";
import { Command } from "commander";
import { toBytes, toCount, toDurationMs } from "./arguments.js";
import type { Context } from "./context.js";
import { examples, jsonOption } from "./shared-options.js";
import { defaultFile, openExisting } from "./sources.js";

interface PruneOptions {
  readonly maxTraces?: number;
  readonly maxAge?: number;
  readonly maxBytes?: number;
  readonly json?: true;
}

export function pruneCommand(context: Context): Command {
  const command = new Command("prune");
  return command
    .argument("[file]", "the database", defaultFile)
    .summary("delete old traces")
    .description("Deletes the oldest traces, keeping what the options say; give at least one of them.")
    .option("--max-traces <count>", "keep at most this many, the newest", toCount)
    .option("--max-age <duration>", "keep those that started within this time, such as 30d", toDurationMs)
    .option("--max-bytes <size>", "keep at most this much text, the newest, such as 100MB", toBytes)
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "npx spanbook prune traces.db --max-age 30d",
        "npx spanbook prune traces.db --max-traces 1000 --max-bytes 100MB",
      ),
    )
    .action(async (file: string, { maxTraces, maxAge, maxBytes, json }: PruneOptions) => {
      if (maxTraces === undefined && maxAge === undefined && maxBytes === undefined) {
        command.error("error: expected --max-traces, --max-age or --max-bytes, got none of them");
      }
      const store = await openExisting(file, context);
      try {
        const deleted = await prune(store, {
          ...(maxTraces !== undefined && { maxTraces }),
          ...(maxAge !== undefined && { maxAgeMs: maxAge }),
          ...(maxBytes !== undefined && { maxBytes }),
        });
        if (json) context.output.printJson({ deleted });
        else context.output.print(`${formatPlural(deleted, "trace")} deleted`);
      } finally {
        await store.close();
      }
    });
}
