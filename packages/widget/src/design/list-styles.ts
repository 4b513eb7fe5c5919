export const listStyles = `
.list-pane { flex: 1; display: flex; flex-direction: column; min-width: 0; }
.live-error { font-size: 12px; }
.trace-head, .trace-row { display: grid; align-items: center; column-gap: 16px; padding-inline: 14px 12px; }
.trace-head {
  position: sticky; top: 0; z-index: 1; height: 29px; border-bottom: 1px solid var(--_border);
  background: var(--_subtle); color: var(--_text-muted); font-size: 12px;
}
.trace-row { height: 32px; border-bottom: 1px solid var(--_border); cursor: pointer; }
.trace-row:hover, .trace-card:hover { background: var(--_hover); }
.trace-row[aria-selected="true"], .trace-card[aria-selected="true"] { background: color-mix(in srgb, var(--_selected) 60%, var(--_background)); }
.trace-row[aria-current], .trace-card[aria-current] { background: var(--_selected); box-shadow: inset 2px 0 var(--_accent); }
.cell { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.cell-name { display: flex; align-items: center; gap: 8px; }
.cell-name .name { font-weight: 500; }
.cell .name { overflow: hidden; text-overflow: ellipsis; }
.cell .preview { color: var(--_text-muted); }
.cell-duration { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: 10px; }
.cell-start { color: var(--_text-muted); }
.trace-head .cell-duration { display: block; text-align: end; padding-inline-end: 1.95em; }
.cell-duration .quantity { min-width: 5.6em; text-align: end; }
.duration-bar { display: block; height: 4px; border-radius: 2px; overflow: hidden; background: var(--_border); }
.duration-bar span { display: block; height: 100%; min-width: 2px; border-radius: 2px; background: currentColor; opacity: 0.8; }
.duration-bar.state-OK { color: var(--_text-faint); }
.trace-card {
  position: relative; display: grid; grid-template-columns: 1fr auto; column-gap: 12px; align-content: center; height: 50px;
  padding-inline: 14px 12px; border-bottom: 1px solid var(--_border); cursor: pointer; line-height: 19px;
}
.trace-card .cell-request { padding-inline-start: 22px; }
.trace-card .cell-request, .trace-card .faint { font-size: 12px; }
.list-end { display: block; margin: 10px auto; text-align: center; color: var(--_text-faint); font-size: 12px; }

.cell-box { display: grid; place-items: center; overflow: visible; }
.cell-box input { width: 14px; height: 14px; margin: 0; accent-color: var(--_accent); cursor: pointer; }
.trace-row .cell-box input:not(:checked), .trace-head .cell-box input:not(:checked) { opacity: 0.55; }
.trace-row:hover .cell-box input, .trace-row:focus-within .cell-box input { opacity: 1; }
.trace-card.with-box { grid-template-columns: 14px 1fr auto; }
.trace-card.with-box .cell-box { grid-row: 1 / 3; }
.order { display: inline-flex; align-items: center; gap: 3px; vertical-align: bottom; }
.order:hover, .order.ascending, .order.descending { color: var(--_text); }
.order .icon { width: 11px; height: 11px; }
.number .order, .cell-duration .order { flex-direction: row-reverse; }
.selection-bar { background: var(--_selected); }
.selection-bar .grow { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 500; }
.button.danger { color: var(--_error); border-color: currentColor; }

.plot { flex: none; border-bottom: 1px solid var(--_border); overflow: hidden; }
.plot-figure {
  display: block; max-width: none; height: auto; color: var(--_text-faint); font: 11px/1 inherit; font-variant-numeric: tabular-nums;
  cursor: pointer; --plot-background: var(--_background); user-select: none;
}
.plot-figure text { white-space: pre; }
.plot-figure [aria-label="tip"] { color: var(--_text); }
.plot-figure [aria-label="tip"] path { stroke: var(--_border-strong); }
.plot-figure [aria-label="y-grid"] { stroke: var(--_border); stroke-opacity: 1; }
`;
