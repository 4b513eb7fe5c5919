import type { TraceInfo } from "@spanbook/core/model";
import type { TraceStore } from "@spanbook/core/store";
import { formatCount, formatDuration, formatTime, printable } from "@spanbook/widget/parts";
import { Command } from "commander";
import { toCount, toFilter, toOrder } from "./arguments.js";
import type { Context } from "./context.js";
import { examples, jsonOption } from "./shared-options.js";
import { defaultFile, openSource } from "./sources.js";
import { toTable, type Column } from "./table.js";

interface SearchOptions {
  readonly limit: number;
  readonly orderBy?: string;
  readonly json?: true;
}

/** The filter language in brief. */
const language = `
Fields:
  name, status, request_id, client_request_id, run_id, session_id, user_id,
  experiment, timestamp_ms, end_time_ms, execution_time_ms, span_count,
  total_tokens, total_cost, text, tag.<key>, metadata.<key>, feedback.<name>,
  expectation.<name>, span.name, span.type, span.status, span.model,
  span.duration_ms, span.content, span.attributes.<key>

Operators:
  = != < <= > >=, [NOT] LIKE, ILIKE, RLIKE and IN (...), IS [NOT] NULL,
  combined with AND, OR, NOT and parentheses`;

export function searchCommand(context: Context): Command {
  return new Command("search")
    .argument("<filter>", "a filter in MLflow's language; an empty one finds all traces", toFilter)
    .argument("[file...]", `databases and files to search (default: ${defaultFile})`)
    .summary("list the traces that match a filter")
    .description("Lists the traces that match a filter, newest first.")
    .option("--limit <count>", "at most this many", toCount, 50)
    .option("--order-by <term>", 'such as "execution_time_ms DESC" (default: "timestamp_ms DESC")', toOrder)
    .addOption(jsonOption())
    .addHelpText("after", language)
    .addHelpText(
      "after",
      examples(
        "npx spanbook search \"status = 'ERROR'\"",
        "npx spanbook search \"span.type = 'TOOL' AND span.duration_ms > 500\" traces.db",
        'npx spanbook search "" traces.db --order-by "total_tokens DESC" --limit 3 --json',
      ),
    )
    .action(async (filter: string, files: string[], { limit, orderBy, json }: SearchOptions) => {
      const { output } = context;
      const source = await openSource(files, context);
      try {
        const { infos, hasMore } = await findTraces(source.store, filter, orderBy, limit);
        if (json) for (const info of infos) output.printJson(info);
        else for (const line of toLines(infos, context)) output.print(line);
        if (infos.length === 0) output.note("No traces found.");
        if (hasMore) output.note(`These are the first ${formatCount(limit)}; --limit shows more.`);
      } finally {
        await source.close();
      }
    });
}

const maxPage = 1000;

async function findTraces(
  store: TraceStore,
  filter: string,
  orderBy: string | undefined,
  limit: number,
): Promise<{ infos: TraceInfo[]; hasMore: boolean }> {
  const infos: TraceInfo[] = [];
  let pageToken: string | undefined;
  do {
    const page = await store.search({
      filter,
      maxResults: Math.min(maxPage, limit - infos.length),
      ...(orderBy !== undefined && { orderBy: [orderBy] }),
      ...(pageToken !== undefined && { pageToken }),
    });
    infos.push(...page.traces.map(({ info }) => info));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && infos.length < limit);
  return { infos, hasMore: pageToken !== undefined };
}

/** Long enough to tell traces apart, and for `show` to find one. */
const shownIdLength = 12;

const columns: readonly Column[] = [
  { title: "TRACE" },
  { title: "STATE" },
  { title: "START" },
  { title: "DURATION", align: "end" },
  { title: "SPANS", align: "end" },
  { title: "TOKENS", align: "end" },
  { title: "NAME" },
  { title: "REQUEST" },
];

function toLines(infos: readonly TraceInfo[], { output }: Context): string[] {
  if (infos.length === 0) return [];
  const nowMs = Date.now();
  const [titles = "", ...lines] = toTable(
    columns,
    infos.map((info) => [
      info.traceId.slice(0, shownIdLength),
      info.state,
      formatTime(info.requestTime, nowMs),
      info.executionDuration === undefined ? "" : formatDuration(info.executionDuration),
      formatCount(info.spanCount),
      info.tokenUsage ? formatCount(info.tokenUsage.totalTokens) : "",
      printable(info.name),
      printable((info.requestPreview ?? "").replace(/\s+/g, " ")),
    ]),
    output.columns,
  );
  return [
    output.paint("dim", titles),
    ...lines.map((line, index) => (infos[index]?.state === "ERROR" ? output.paint("red", line) : line)),
  ];
}
