/** Traces without a script: each trace in a line, and what it did, readable without anything running. */
import type { Trace } from "@spanbook/core/model";
import { digestsOf } from "../derive/digests.js";
import { toFailures, toHeadline } from "../derive/exceptions.js";
import { toFailureCauses } from "../derive/failing.js";
import { formatCount, formatDuration, formatExactTime, formatPlural } from "../derive/format.js";
import { toPlainWords } from "../derive/plain-words.js";
import { toSpanTree, type SpanTree } from "../derive/span-tree.js";
import { toTimeline, type Timeline } from "../derive/timeline.js";
import { stateWords } from "../design/states.js";
import { html, type Html } from "./html.js";
import { toTimelineSvg } from "./timeline-svg.js";

const maxRows = 40;
const maxFailures = 3;
const maxTextLength = 4000;
const maxSummaryLength = 90;

/** Options for static forms outside reports. */
export interface StaticFormOptions {
  /** Default 50. */
  readonly maxTraces?: number;
  /** How many of the newest are expanded, besides those that did not end well; default none. */
  readonly openCount?: number;
  /** Draws the first `maxRows` spans of a trace; default the timeline as SVG. */
  readonly draw?: (tree: SpanTree, timeline: Timeline, maxRows: number, place: number) => Html;
}

/** The static form of the newest traces; it says how many there are. `nowMs` is the time of its creation. */
export function toStaticForm(
  traces: readonly Trace[],
  nowMs: number,
  { maxTraces = 50, openCount = 0, draw = drawTimeline }: StaticFormOptions = {},
): Html {
  const shown = traces.slice(0, maxTraces);
  const rest = traces.length - shown.length;
  if (traces.length === 0) return html`<div>No traces.</div>`;
  return html`${shown.map((trace, place) => toTraceForm(trace, nowMs, place < openCount, (tree, timeline) => draw(tree, timeline, maxRows, place)))}
  ${rest > 0 ? html`<div class="rest">Showing the newest ${formatCount(shown.length)} of ${formatPlural(traces.length, "trace")}. The explorer, which needs JavaScript, shows them all.</div>` : undefined}`;
}

/** Nobody knows in which time zone it will be read. */
function toSecond(unixNano: string): string {
  return formatExactTime(unixNano).replace(/T(.{8}).*Z$/, " $1 UTC");
}

function drawTimeline(tree: SpanTree, timeline: Timeline, count: number): Html {
  return toTimelineSvg(tree, timeline, count);
}

function toTraceForm(
  trace: Trace,
  nowMs: number,
  isOpen: boolean,
  draw: (tree: SpanTree, timeline: Timeline) => Html,
): Html {
  const { info, data } = trace;
  const digests = digestsOf(trace);
  const tree = toSpanTree(digests);
  // The trace may have come without some or all of its spans.
  const hidden = Math.max(tree.count, info.spanCount) - Math.min(tree.count, maxRows);
  const duration = info.executionDuration === undefined ? "" : formatDuration(info.executionDuration);
  const failing = new Set(toFailureCauses(digests).map(({ spanId }) => spanId));
  const failures = data.spans
    .filter(({ spanId }) => failing.has(spanId))
    .slice(0, maxFailures)
    .flatMap((span) => toFailures(span).map((failure) => ({ span, failure })));
  return html`<details${isOpen || info.state !== "OK" ? { html: " open" } : ""} class="${info.state}">
<summary><b>${info.name}</b> <span class="state">${stateWords[info.state]}</span> ${duration} <span class="muted">${toSecond(info.startTimeUnixNano)} · ${formatPlural(info.spanCount, "span")}</span> ${toPlainWords((info.requestPreview ?? "").slice(0, maxSummaryLength))}</summary>
${failures.map(
  ({ span, failure }) =>
    html`<div class="failure">
      <div><b>${toHeadline(failure).slice(0, maxTextLength)}</b> in ${span.name}</div>
      ${failure.stack === undefined ? undefined : html`<pre style="white-space: pre-wrap">${[failure.stack, ...failure.causes].join("\nCaused by: ").slice(0, maxTextLength)}</pre>`}
    </div>`,
)}
${toPreviewTable(info.requestPreview, info.responsePreview)}
${draw(tree, toTimeline(info, tree, nowMs))}
${hidden > 0 ? html`<div class="muted">and ${formatPlural(hidden, "span")} more</div>` : undefined}
</details>`;
}

function toPreviewTable(request: string | undefined, response: string | undefined): Html | undefined {
  if (request === undefined && response === undefined) return undefined;
  const row = (title: string, text: string | undefined) =>
    text === undefined
      ? undefined
      : html`<tr>
          <td class="title" style="text-align: left; vertical-align: top; white-space: nowrap">${title}</td>
          <td style="text-align: left">${text}</td>
        </tr>`;
  return html`<table>
    ${row("Request", request)}${row("Response", response)}
  </table>`;
}
