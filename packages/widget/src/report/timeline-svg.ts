import { formatDuration } from "../derive/format.js";
import { nodesOf, type SpanTree } from "../derive/span-tree.js";
import { toBar, type Timeline } from "../derive/timeline.js";
import { html, type Html } from "./html.js";

const rowPx = 18;
const widthPx = 900;
const nameShare = 0.36;
const maxNameLength = 44;

/** The waterfall of a trace's first `maxRows` spans as a picture. The colours come from `style`, or from the page. */
export function toTimelineSvg(tree: SpanTree, timeline: Timeline, maxRows: number, style?: Html): Html {
  const shown = nodesOf(tree).slice(0, maxRows);
  const trackPx = widthPx * (1 - nameShare) - 70;
  const rows = shown.map((node, row) => {
    const { digest, depth, number } = node;
    const bar = toBar(digest, timeline);
    const x = widthPx * nameShare + (bar.offsetMs / timeline.durationMs) * trackPx;
    const width = Math.max(1.5, (bar.durationMs / timeline.durationMs) * trackPx);
    const y = row * rowPx;
    const indent = Math.min(depth, 12) * 12;
    const name = `${digest.name}${number === undefined ? "" : `_${number}`}`.slice(0, maxNameLength - depth);
    const kind = digest.status === "ERROR" ? "failed" : bar.isOpen ? "open" : "ended";
    return html`<text x="${4 + indent}" y="${y + 13}" class="${kind}">${name}</text
      ><rect
        x="${x.toFixed(1)}"
        y="${y + 5}"
        width="${width.toFixed(1)}"
        height="8"
        rx="2"
        class="${kind}"
      /><text x="${(x + width + 5).toFixed(1)}" y="${y + 13}" class="duration"
        >${bar.isOpen ? "open" : formatDuration(bar.durationMs)}</text
      >`;
  });
  const heightPx = shown.length * rowPx + 4;
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${widthPx} ${heightPx}"
    width="${widthPx}"
    height="${heightPx}"
    role="img"
    aria-label="Timeline"
  >
    ${style} ${rows}
  </svg>`;
}
