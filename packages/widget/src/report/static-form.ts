/** A report without its script: every trace in a line, and for each what it did, to be read without anything running. */
import { digestSpan, type Trace } from "@spanbook/core/model";
import { toFailures, toHeadline } from "../derive/exceptions.js";
import { toInnermostFailing } from "../derive/failing.js";
import { formatCount, formatDuration, formatExactTime, formatPlural } from "../derive/format.js";
import { toSpanTree } from "../derive/span-tree.js";
import { toTimeline } from "../derive/timeline.js";
import { stateWords } from "../design/states.js";
import { html, type Html } from "./html.js";
import { toTimelineSvg } from "./timeline-svg.js";

const maxTraces = 50;
const maxRows = 40;
const maxFailures = 3;
const maxTextLength = 4000;
const maxSummaryLength = 90;

/** The static form of the newest 50 traces; it says how many there are. `nowMs` is when the report is made. */
export function toStaticForm(traces: readonly Trace[], nowMs: number): Html {
  const shown = traces.slice(0, maxTraces);
  const rest = traces.length - shown.length;
  if (traces.length === 0) return html`<p>No traces.</p>`;
  return html`${shown.map((trace) => toTraceForm(trace, nowMs))}
  ${rest > 0 ? html`<p class="rest">Shown are the newest ${formatCount(shown.length)} of ${formatPlural(traces.length, "trace")}. The explorer, which needs JavaScript, shows them all.</p>` : undefined}`;
}

function toTraceForm(trace: Trace, nowMs: number): Html {
  const { info, data } = trace;
  const digests = data.digests.length > 0 ? data.digests : data.spans.map((span) => digestSpan(span, 0));
  const tree = toSpanTree(digests);
  const hidden = tree.count - maxRows;
  const duration = info.executionDuration === undefined ? "" : formatDuration(info.executionDuration);
  const failing = new Set(toInnermostFailing(digests).map(({ spanId }) => spanId));
  const failures = data.spans
    .filter(({ spanId }) => failing.has(spanId))
    .slice(0, maxFailures)
    .flatMap((span) => toFailures(span).map((failure) => ({ span, failure })));
  return html`<details${info.state === "OK" ? "" : { html: " open" }} class="${info.state}">
<summary><b>${info.name}</b> <span class="state">${stateWords[info.state]}</span> ${duration} <span class="muted">${formatExactTime(info.startTimeUnixNano)} · ${formatPlural(info.spanCount, "span")}</span> ${info.requestPreview?.slice(0, maxSummaryLength)}</summary>
${failures.map(
  ({ span, failure }) =>
    html`<div class="failure">
      <p><b>${toHeadline(failure).slice(0, maxTextLength)}</b> in ${span.name}</p>
      ${failure.stack === undefined ? undefined : html`<pre>${[failure.stack, ...failure.causes].join("\nCaused by: ").slice(0, maxTextLength)}</pre>`}
    </div>`,
)}
${toPreviewTable(info.requestPreview, info.responsePreview)}
${toTimelineSvg(tree, toTimeline(info, tree, nowMs), maxRows)}
${hidden > 0 ? html`<p class="muted">and ${formatPlural(hidden, "span")} more</p>` : undefined}
</details>`;
}

function toPreviewTable(request: string | undefined, response: string | undefined): Html | undefined {
  if (request === undefined && response === undefined) return undefined;
  const row = (title: string, text: string | undefined) =>
    text === undefined
      ? undefined
      : html`<tr>
          <th>${title}</th>
          <td>${text}</td>
        </tr>`;
  return html`<table>
    ${row("Request", request)}${row("Response", response)}
  </table>`;
}
