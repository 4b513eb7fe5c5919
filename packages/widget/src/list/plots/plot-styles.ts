export const plotStyles = `
.timeline-strip { height: 42px; padding: 7px 16px 3px 58px; }
.timeline-strip .minimap-strip { height: 32px; }
.strip-bars { fill: var(--_text-faint); opacity: 0.55; }
.strip-bars.failed { fill: var(--_error); opacity: 1; }
.plot-head { display: flex; flex-wrap: wrap; align-items: center; gap: 0 10px; min-height: 28px; padding: 4px 14px 0; }
.plot:has(> .plot-head) { height: auto; min-height: 184px; }
.plot-head .switch { flex-shrink: 1; margin: 0; }
.plot-head .switch button { padding-inline: 4px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.plot-note { min-width: 0; margin-inline-start: auto; font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.plot-body { height: 114px; }
.figure-pair { display: flex; }
.plot-figure {
  display: block; max-width: none; height: auto; color: var(--_text-faint); font: 11px/1 inherit; font-variant-numeric: tabular-nums;
  --plot-background: var(--_background); user-select: none;
}
.plot-figure .dots { fill: none; stroke-width: 6px; stroke-linecap: round; stroke-opacity: 0.75; }
.plot-figure text { white-space: pre; }
.plot-figure [aria-label="tip"] { color: var(--_text); }
.plot-figure [aria-label="tip"] path { stroke: var(--_border-strong); }
.plot-figure [aria-label="y-grid"] { stroke: var(--_border); stroke-opacity: 1; }
.span-table { height: 100%; margin-top: 4px; overflow: auto; scrollbar-width: thin; scrollbar-color: var(--_border-strong) transparent; }
.span-table table { width: 100%; border-collapse: collapse; font-size: 12px; line-height: 18px; }
.span-table th, .span-table td { padding: 1px 8px; font-weight: 400; text-align: start; white-space: nowrap; }
.span-table thead th { position: sticky; top: 0; z-index: 1; color: var(--_text-faint); background: var(--_background); }
.span-table .number { text-align: end; }
.span-table tbody tr:hover { background: var(--_hover); }
.span-table th:first-child { padding-inline-start: 14px; max-width: 260px; }
.span-table td:last-child, .span-table th:last-child { padding-inline-end: 16px; }
.span-figures { display: block; padding-inline-start: 19px; font-size: 11px; line-height: 14px; white-space: nowrap; }
.span-choice { display: flex; align-items: center; gap: 6px; width: 100%; min-width: 0; }
.span-choice .icon { width: 13px; height: 13px; }
.span-choice .name { overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
.span-table .share { position: relative; width: 40%; min-width: 110px; }
.share-bar { position: absolute; inset-block: 3px; left: 8px; max-width: calc(100% - 16px); border-radius: 2px; background: color-mix(in srgb, var(--tone) 30%, transparent); }
.share-text { position: relative; padding-inline-start: 4px; }
@media print { .figure { min-width: 0; } .plot-figure { max-width: 100%; } }
`;
