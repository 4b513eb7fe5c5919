import { formatDuration } from "../derive/format.js";
import { nodesOf, type SpanTree } from "../derive/span-tree.js";
import { toBar, type Bar, type Timeline } from "../derive/timeline.js";
import { texts } from "../design/tokens.js";
import { html, type Html } from "../report/html.js";
import { toBase64 } from "../report/packing.js";
import { toTimelineSvg } from "../report/timeline-svg.js";

const barLength = 24;
const cell = "text-align: left; padding: 1px 12px 1px 0";
/** For words and figures that must not be broken. */
const shortCell = `${cell}; white-space: nowrap`;

/**
 * The first spans of a trace as a table and, for the newest trace, as a picture too. If a host removes the styles, and with them
 * the picture, the table's last column still draws the timeline in characters.
 */
export function drawSpans(tree: SpanTree, timeline: Timeline, maxRows: number, place: number): Html {
  const rows = nodesOf(tree)
    .slice(0, maxRows)
    .map(({ digest, depth, number }) => {
      const bar = toBar(digest, timeline);
      const name = number === undefined ? digest.name : `${digest.name}_${number}`;
      const failed = digest.status === "ERROR" ? html` <b>failed</b>` : undefined;
      return html`<tr>
        <td style="${cell}">${"\u00a0".repeat(3 * depth)}${name}${failed}</td>
        <td style="${shortCell}">${digest.type === "UNKNOWN" ? "" : digest.type}</td>
        <td style="${shortCell}">at ${formatDuration(bar.offsetMs)}</td>
        <td style="${shortCell}">${bar.isOpen ? "open" : formatDuration(bar.durationMs)}</td>
        <td style="display: none"><code>${toTextBar(bar, timeline)}</code></td>
      </tr> `;
    });
  const picture = place === 0 ? toPicture(toTimelineSvg(tree, timeline, maxRows, pictureStyle)) : undefined;
  return html`${picture}
    <div style="overflow-x: auto">
      <table style="margin: 4px 0; table-layout: auto">
        ${rows}
      </table>
    </div>`;
}

function toTextBar({ offsetMs, durationMs }: Bar, timeline: Timeline): string {
  const at = (ms: number) => Math.round((ms / timeline.durationMs) * barLength);
  const start = Math.min(barLength - 1, at(offsetMs));
  const length = Math.max(1, at(offsetMs + durationMs) - start);
  return "\u00a0".repeat(start) + "█".repeat(length);
}

/** A picture cannot inherit colours from the page; it follows the colour scheme of the page around it. */
const pictureStyle: Html = {
  html: `<style>
:root { color-scheme: light dark; font: 12px sans-serif; color: ${texts.text.light}; }
text { fill: currentColor; } .duration { opacity: 0.7; } rect { fill: ${texts.accent.light}; } rect.open { opacity: 0.5; }
.failed { fill: ${texts.error.light}; }
@media (prefers-color-scheme: dark) { :root { color: ${texts.text.dark}; } rect { fill: ${texts.accent.dark}; } .failed { fill: ${texts.error.dark}; } }
</style>`,
};

function toPicture(svg: Html): Html {
  const source = `data:image/svg+xml;base64,${toBase64(new TextEncoder().encode(svg.html))}`;
  return html`<div style="overflow-x: auto">
    <img alt="Timeline" src="${source}" style="display: block; min-width: 600px; max-width: 100%" />
  </div>`;
}
