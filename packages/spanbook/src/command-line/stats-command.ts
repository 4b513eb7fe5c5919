import type { TraceStats } from "@spanbook/core/store";
import { formatCount, formatDuration, formatPlural, printable } from "@spanbook/widget/parts";
import type { Command } from "commander";
import type { Context } from "./context.js";
import { examples, filterOption, jsonOption, readingCommand } from "./shared-options.js";
import { openSource } from "./sources.js";
import { toTable, type Column } from "./table.js";

export function statsCommand(context: Context): Command {
  const { output } = context;
  return readingCommand("stats")
    .summary("print figures about the traces")
    .description(
      "Prints how many traces there are, how long they took, and totals by span, the longest first.",
    )
    .addOption(filterOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "npx spanbook stats traces.db",
        "npx spanbook stats traces.db --filter \"tag.topic = 'law'\" --json",
      ),
    )
    .action(async (files: string[], { filter, json }: { filter?: string; json?: true }) => {
      const source = await openSource(files, context);
      try {
        const stats = await source.store.stats(filter === undefined ? {} : { filter });
        if (json) output.printJson(stats);
        else for (const line of toLines(stats, output.columns)) output.print(line);
      } finally {
        await source.close();
      }
    });
}

const columns: readonly Column[] = [
  { title: "COUNT", align: "end" },
  { title: "FAILED", align: "end" },
  { title: "TOTAL", align: "end" },
  { title: "TOKENS", align: "end" },
  { title: "TYPE" },
  { title: "SPAN" },
];

function toLines(
  { traceCount, errorCount, openCount, durationMs, spanGroups }: TraceStats,
  width: number,
): string[] {
  const counts = `${formatPlural(traceCount, "trace")}, ${formatCount(errorCount)} failed, ${formatCount(openCount)} open`;
  if (!durationMs) return [counts];
  const { p50, p95, p99, max } = durationMs;
  const quantiles = Object.entries({ p50, p95, p99, max }).map(
    ([name, ms]) => `${name} ${formatDuration(ms)}`,
  );
  return [
    counts,
    `durations: ${quantiles.join(", ")}`,
    "",
    ...toTable(
      columns,
      spanGroups.map(({ name, type, model, count, errorCount: failed, totalDurationMs, totalTokens }) => [
        formatCount(count),
        failed > 0 ? formatCount(failed) : "",
        formatDuration(totalDurationMs),
        totalTokens > 0 ? formatCount(totalTokens) : "",
        printable(type),
        printable(model === undefined ? name : `${name} (${model})`),
      ]),
      width,
    ),
  ];
}
