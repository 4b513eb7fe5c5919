import { lines, surfaces, texts, type Shade } from "../design/tokens.js";
import type { Html } from "./html.js";
import { staticElementId } from "./page.js";

/** The styles of the page around the explorer, and of the static form. */
export function pageStyles(): Html {
  const shade = ({ light, dark }: Shade) => `light-dark(${light}, ${dark})`;
  return {
    html: `
:root { color-scheme: light dark; --error: ${shade(texts.error)}; --muted: ${shade(texts["text-faint"])}; --border: ${shade(lines.border)}; }
body { margin: 0; background: ${shade(surfaces.background)}; color: ${shade(texts.text)}; font: 13px/20px -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 12px; padding: 10px 14px; border-bottom: 1px solid var(--border); background: ${shade(surfaces.subtle)}; }
h1 { margin: 0; font-size: 14px; overflow-wrap: anywhere; }
header p, .muted { margin: 0; color: var(--muted); }
header button { margin-inline-start: auto; padding: 3px 10px; border: 1px solid ${shade(lines["border-strong"])}; border-radius: 6px; color: inherit; background: ${shade(surfaces.background)}; font: inherit; cursor: pointer; }
header button:hover { background: ${shade(surfaces.hover)}; }
header button:focus-visible { outline: 2px solid ${shade(texts.accent)}; outline-offset: 1px; }
[data-state=open] body { display: flex; flex-direction: column; height: 100dvh; }
[data-state=open] header { flex: none; }
main { flex: 1; min-height: 0; }
spanbook-explorer { height: 100%; }
#${staticElementId} { padding: 4px 14px 24px; overflow-wrap: anywhere; }
@media print { header button { display: none; } }
details { border-bottom: 1px solid var(--border); padding-block: 6px; }
summary { cursor: pointer; }
.state { padding-inline: 4px; font-weight: 600; }
.ERROR .state, .failure b { color: var(--error); }
.failure div { margin: 6px 0; }
pre { margin: 0 0 8px; font: 12px/17px ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; }
table { border-spacing: 0; margin-block: 4px; }
td { vertical-align: top; white-space: pre-wrap; }
.title { padding-inline-end: 12px; color: var(--muted); }
svg { display: block; max-width: 100%; height: auto; font: 12px sans-serif; }
svg text { fill: currentColor; }
svg .duration { fill: var(--muted); }
svg .failed { fill: var(--error); }
rect { fill: ${shade(texts.accent)}; }
rect.open { opacity: 0.5; }
`,
  };
}
