import type { Trace, TraceInfo } from "@spanbook/core/model";
import type { TraceStore } from "@spanbook/core/store";
import { formatTrace } from "@spanbook/widget";
import { formatCount, formatCost, formatDuration, formatExactTime, printable } from "@spanbook/widget/parts";
import { Command, InvalidArgumentError } from "commander";
import type { Context } from "./context.js";
import { examples, jsonOption } from "./shared-options.js";
import { defaultFile, openSource } from "./sources.js";

/** Given in place of an id: the newest trace. */
const newest = "last";

export function showCommand(context: Context): Command {
  const { output } = context;
  return new Command("show")
    .argument("<trace>", `its id, or a unique beginning of it, or "${newest}" for the newest`, toTraceName)
    .argument("[file...]", `databases and files to look in (default: ${defaultFile})`)
    .summary("print one trace as a tree")
    .description("Prints a trace's summary, and its spans as a tree; with --json, the whole trace.")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "npx spanbook show last",
        "npx spanbook show 4bf92f35 traces.db",
        "npx spanbook show last traces.db --json | jq .data.spans[0].attributes",
      ),
    )
    .action(async (name: string, files: string[], { json }: { json?: true }) => {
      const source = await openSource(files, context);
      try {
        const trace = await readTrace(source.store, name, json ? "spans" : "digests");
        if (json) output.printJson(trace);
        else output.print(`${toHead(trace.info)}\n\n${formatTrace(await withFailures(source.store, trace))}`);
      } finally {
        await source.close();
      }
    });
}

function toTraceName(text: string): string {
  const id = text.replace(/^tr-/, "").toLowerCase();
  if (id === newest || /^[0-9a-f]{1,32}$/.test(id)) return id;
  throw new InvalidArgumentError(`Expected hexadecimal digits, or "${newest}".`);
}

async function readTrace(store: TraceStore, name: string, include: "spans" | "digests"): Promise<Trace> {
  const { traces } = await store.search({
    ...(name !== newest && { filter: `request_id LIKE '${name}%'` }),
    maxResults: name === newest ? 1 : 2,
  });
  const [found, other] = traces;
  if (!found) throw new Error(name === newest ? "there is no trace" : `there is no trace ${name}`);
  if (other) throw new Error(`several traces begin with ${name}: give more digits of the id`);
  const trace = await store.get(found.info.traceId, { include });
  if (!trace) throw new Error(`the trace ${name} was deleted meanwhile`);
  return trace;
}

/** How many failed spans are read to show their messages. */
const maxFailures = 50;

/** The trace with its failed spans in full, for their messages. */
async function withFailures(store: TraceStore, { info, data }: Trace): Promise<Trace> {
  const failed = data.digests.filter(({ status }) => status === "ERROR").slice(0, maxFailures);
  const spans = await Promise.all(failed.map(({ traceId, spanId }) => store.getSpan(traceId, spanId)));
  return { info, data: { ...data, spans: spans.filter((span) => span !== undefined) } };
}

function toHead(info: TraceInfo): string {
  const { executionDuration: durationMs, tokenUsage, cost } = info;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["trace", info.traceId],
    [
      "state",
      info.errorCount > 0
        ? `${info.state}, ${formatCount(info.errorCount)} of ${formatCount(info.spanCount)} spans failed`
        : info.state,
    ],
    ["start", formatExactTime(info.startTimeUnixNano)],
    ["duration", durationMs === undefined ? undefined : formatDuration(durationMs)],
    [
      "tokens",
      tokenUsage && `${formatCount(tokenUsage.inputTokens)} in, ${formatCount(tokenUsage.outputTokens)} out`,
    ],
    ["cost", cost && formatCost(cost.totalCost)],
    ["session", info.sessionId],
    ["user", info.userId],
    ...Object.entries(info.tags).map(([key, value]) => [`tag ${key}`, value] as const),
    ...(info.assessments ?? []).map(
      ({ name, type, value }) => [`${type} ${name}`, JSON.stringify(value)] as const,
    ),
    ["request", info.requestPreview],
    ["response", info.responsePreview],
  ];
  const said = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [[printable(name), value.trimEnd().split(/\r?\n/)] as const],
  );
  const width = said.reduce((most, [name]) => Math.max(most, name.length), 0);
  return said
    .flatMap(([name, lines]) =>
      lines.map((line, index) => `${(index === 0 ? name : "").padEnd(width)}  ${printable(line)}`.trimEnd()),
    )
    .join("\n");
}
