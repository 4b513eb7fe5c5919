/** The list. In print, the column of checkboxes stays, or all others would move into it. */
export const listStyles = `
.list-pane { flex: 1; display: flex; flex-direction: column; min-width: 0; }
.live-error { font-size: 12px; }
.trace-head, .trace-row { display: grid; grid-template-columns: var(--columns); align-items: center; column-gap: 16px; padding-inline: 14px 12px; }
.trace-row { height: 32px; border-bottom: 1px solid var(--_border); cursor: pointer; }
.trace-row:hover, .trace-card:hover { background: var(--_hover); }
.trace-row[aria-selected="true"], .trace-card[aria-selected="true"] { background: color-mix(in srgb, var(--_selected) 60%, var(--_background)); }
.trace-row[aria-current], .trace-card[aria-current] { background: var(--_selected); box-shadow: inset 2px 0 var(--_accent); }
.cell { min-width: 0; white-space: nowrap; }
.cell.preview, .cell .name, .trace-head .cell { min-width: 0; overflow: clip; text-overflow: ellipsis; }
.cell-name { display: flex; align-items: center; gap: 8px; }
.cell-name .name { font-weight: 500; }
.cell.preview { color: var(--_text-muted); }
.cell-duration { display: flex; align-items: center; gap: 10px; }
.cell-start { color: var(--_text-muted); }
.trace-head .cell-duration { display: block; text-align: end; padding-inline-end: 1.95em; }
.trace-row .cell-duration > :last-child { min-width: 5.6em; text-align: end; }
.duration-bar { flex: 1; height: 4px; border-radius: 2px; background: var(--_border); }
.duration-bar span { display: block; height: 100%; min-width: 2px; border-radius: 2px; background: currentColor; }
.duration-bar.state-OK { color: var(--_text-faint); }
.trace-card {
  position: relative; display: grid; grid-template-columns: 1fr auto; column-gap: 12px; align-content: center; height: 50px;
  padding-inline: 14px 12px; border-bottom: 1px solid var(--_border); cursor: pointer; line-height: 19px;
}
.trace-card .cell-request { padding-inline-start: 22px; }
.trace-card :is(.cell-request, .cell-start) { font-size: 12px; }
.trace-card .cell-start { color: var(--_text-faint); }
.list-end { display: block; margin: 10px auto; text-align: center; color: var(--_text-faint); font-size: 12px; }

.cell-box { display: grid; place-items: center; overflow: visible; }
.cell-box input { appearance: none; display: grid; place-items: center; width: 14px; height: 14px; margin: 0; border: 1px solid var(--_border-strong); border-radius: 3px; cursor: pointer; }
:is(.trace-row, .trace-card):is(:hover, :focus-within) .cell-box input, .trace-head .cell-box input { border-color: var(--_text-faint); }
.cell-box input:is(:checked, :indeterminate) { border-color: var(--_accent); background: var(--_accent); }
.cell-box input:checked::before { content: ""; width: 4px; height: 8px; margin-top: -2px; border: solid var(--_background); border-width: 0 2px 2px 0; rotate: 45deg; }
.cell-box input:indeterminate::before { content: ""; width: 8px; height: 2px; background: var(--_background); }
.trace-card.with-box { grid-template-columns: 14px 1fr auto; }
.trace-card.with-box .cell-box { grid-row: 1 / 3; }
.order { display: inline-flex; align-items: center; gap: 3px; vertical-align: bottom; }
.order:hover, .order.ascending, .order.descending { color: var(--_text); }
.order .icon { width: 11px; height: 11px; }
.number .order, .cell-duration .order { flex-direction: row-reverse; }
.selection-bar { background: var(--_selected); }
.selection-bar .grow { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 500; }
.button.danger { color: var(--_error); border-color: currentColor; }

.list-head { flex-wrap: wrap; }
.list-head.narrow { column-gap: 4px; }
.list-head.tight .pane-title { position: absolute; clip-path: inset(50%); }
.list-head.narrow .choice { flex: none; max-width: 96px; }
.list-head.narrow .choice + .choice { flex: 0 1 auto; min-width: 34px; }
.list-head.narrow .head-tools { gap: 0; }
.list-head.narrow .search { order: 1; flex-basis: 100%; }
.list-head.narrow .head-tools { flex: 1 1 130px; justify-content: flex-end; }
.head-tools { flex: none; display: flex; align-items: center; gap: 4px; min-width: 0; }
.search { flex: 1 1 240px; position: relative; min-width: 0; max-width: 720px; margin-inline: 4px auto; }
.search .search-field { width: 100%; }
.search-field.mistaken { border-color: var(--_error); }
.search .cancel { flex: none; padding-inline: 6px; font-size: 12px; }
.search .popover { width: min(430px, 86vw); padding: 12px 16px; }
.search-panel {
  position: absolute; inset-inline: 0; top: calc(100% + 3px); z-index: 6; border: 1px solid var(--_border-strong); border-radius: 8px;
  background: var(--_background); box-shadow: 0 6px 20px #0003; overflow: hidden;
}
.search-problem { display: grid; gap: 2px; padding: 7px 12px; font-size: 12px; color: var(--_text-muted); background: color-mix(in srgb, var(--_error) 6%, transparent); overflow-wrap: anywhere; }
.search-problem .mono { color: var(--_text); }
.search-problem mark { background: none; text-decoration: underline wavy var(--_error); text-underline-offset: 3px; }
.suggestions { max-height: 216px; padding: 4px 0; overflow: auto; scrollbar-width: thin; }
.suggestions li { display: flex; gap: 12px; align-items: baseline; padding: 2px 12px; cursor: pointer; }
.suggestions li .mono { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.suggestions li .faint { margin-inline-start: auto; font-size: 11px; white-space: nowrap; }
.suggestions li:hover { background: var(--_hover); }
.suggestions li[aria-selected="true"] { background: var(--_selected); box-shadow: inset 2px 0 var(--_accent); }
.search-help { display: grid; gap: 6px; text-align: start; }
.search-help li { display: grid; padding-block: 3px; }
.search-help .link { white-space: normal; overflow-wrap: anywhere; }
.search-help .faint { font-size: 12px; line-height: 16px; }
.time-chip { flex: none; display: inline-flex; align-items: center; gap: 6px; height: 26px; padding: 0 8px; border-radius: 6px; font-size: 12px; color: var(--_accent); background: var(--_selected); white-space: nowrap; }
.time-chip .icon { width: 11px; height: 11px; }
.progress { flex: none; height: 2px; margin-top: -2px; overflow: hidden; z-index: 1; }
.progress.running::before { content: ""; display: block; width: 30%; height: 100%; background: var(--_accent); animation: pass 1.2s ease-in-out infinite; }
@keyframes pass { from { transform: translateX(-100%); } to { transform: translateX(340%); } }
.stale .row-place { opacity: 0.5; }
.grid-frame { flex: 1; position: relative; display: flex; flex-direction: column; min-height: 0; }
.newest {
  position: absolute; z-index: 3; top: 38px; left: 50%; transform: translateX(-50%); padding: 3px 14px; border-radius: 14px; font-size: 12px; font-weight: 500;
  color: var(--_background); background: var(--_accent); box-shadow: 0 3px 10px #0004;
}

.group-row { display: flex; align-items: center; gap: 16px; height: 100%; padding-inline: 14px 12px; border-bottom: 1px solid var(--_border); background: var(--_subtle); cursor: pointer; }
.group-row:hover { background: var(--_hover); }
.group-row .cell-name { flex: 1 1 auto; }
.group-row .name { font-weight: 600; unicode-bidi: isolate; }
.group-figures { flex: 0 1 auto; display: flex; justify-content: flex-end; gap: 16px; color: var(--_text-muted); font-size: 12px; }
.group-totals { display: contents; }
.group-figures .time { min-width: 62px; text-align: end; }
.group-row.tall { flex-direction: column; align-items: stretch; justify-content: center; gap: 0; line-height: 19px; }
.group-row.tall .cell-name { flex: none; height: 22px; }
.group-row.tall .group-figures { padding-inline-start: 24px; }
.group-row.tall .group-totals { flex: 1; display: flex; flex-wrap: wrap; gap: 0 12px; height: 19px; overflow: hidden; }
.group-row.tall .time { min-width: auto; }
.group-row .icon-button { width: 22px; height: 22px; }
.trace-row.in-group { box-shadow: inset 3px 0 var(--_border); }
.trace-card.in-group { padding-inline-start: 26px; }

.plot { flex: none; height: 184px; border-bottom: 1px solid var(--_border); overflow: hidden; }
.plot-failure { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; justify-content: center; height: 100%; padding: 8px 16px; overflow: hidden; overflow-wrap: anywhere; }
.list-pane .name { unicode-bidi: isolate; }
.list-pane .preview { unicode-bidi: plaintext; text-align: left; }

@media print {
  .list-head :is(.search, .head-tools), .selection-bar, .newest, .progress, .list-end { display: none; }
  .cell-box { visibility: hidden; }
  .list-pane:not(:last-child) { display: none; }
  .grid-frame, .scroller { overflow: visible; }
  .trace-row, .trace-card, .group-row, .turn { break-inside: avoid; }
}
`;
