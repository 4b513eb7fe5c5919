import { isRedacted, type Trace } from "@spanbook/core/model";
import { formatPlural, formatTime } from "../derive/format.js";
import { toShownCount } from "../derive/shown-count.js";
import { newestFirst, orderTraces } from "../derive/trace-list.js";
import type { ReportOptions, ReportSource } from "../report.js";
import { html, type Html } from "./html.js";
import { toPackedText } from "./packing.js";
import { pageStyles } from "./page-styles.js";
import { dataElementId, explorerElementId, staticElementId } from "./page.js";
import { toStaticForm } from "./static-form.js";
import { readWholeTraces } from "../reading/read-whole-traces.js";
import { isReader, toTraces } from "../reading/source.js";

const defaultMaxTraces = 1000;

/** The page of `createReport`; see there. */
export async function writeReport(source: ReportSource, options: ReportOptions): Promise<string> {
  const { title = "Traces", createdAt = new Date(), maxTraces = defaultMaxTraces } = options;
  if (!Number.isInteger(maxTraces) || maxTraces < 1) {
    throw new RangeError(`maxTraces must be an integer from 1, got ${maxTraces}`);
  }
  const { traces, totalCount } = await readTraces(source, maxTraces);
  const unredacted = traces.filter(({ data }) => !isRedacted(data));
  if (unredacted.length > 0) options.onWarning?.(toWarning(unredacted));
  const [{ reportScript }, packed] = await Promise.all([
    import("../report-template.js"),
    toPackedText(JSON.stringify(traces)),
  ]);
  const nonce = createNonce();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  const redaction = unredacted.length > 0 ? "; not redacted" : "";
  const nowMs = createdAt.getTime();
  const count = toShownCount(traces.length, totalCount);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="Spanbook" />
        <title>${title}</title>
        <style>
          ${pageStyles()}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p>${count}, made ${formatTime(nowMs, nowMs + 1e12)} with Spanbook${redaction}</p>
        </header>
        <main id="${explorerElementId}"></main>
        <div id="${staticElementId}">${toStaticForm(traces, nowMs)}</div>
        <script type="application/gzip" id="${dataElementId}">
          ${packed}
        </script>
        <script nonce="${nonce}">
          ${toInlineScript(reportScript)};
        </script>
      </body>
    </html> `.html;
}

function toWarning(unredacted: readonly Trace[]): string {
  const what =
    unredacted.length === 1
      ? `the trace "${unredacted[0]?.info.name}" was`
      : `${formatPlural(unredacted.length, "trace")} were`;
  return `${what} recorded without redaction and written to the report in full (see createRedaction in @spanbook/core/redact)`;
}

/** The newest traces, and the total number; undefined if the source cannot count those left out. */
async function readTraces(
  source: ReportSource,
  maxTraces: number,
): Promise<{ traces: readonly Trace[]; totalCount: number | undefined }> {
  if (!isReader(source)) {
    const sorted = orderTraces(toTraces(source), [newestFirst], ({ info }) => info);
    return { traces: sorted.slice(0, maxTraces), totalCount: sorted.length };
  }
  const { traces, hasMore } = await readWholeTraces(source, maxTraces);
  return {
    traces,
    totalCount: hasMore ? (await source.stats?.({ bucketCount: 1 }))?.traceCount : traces.length,
  };
}

/** A script for use in a page: nothing in its texts closes the element or opens another. */
function toInlineScript(script: string): Html {
  return { html: script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--") };
}

function createNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
