export const traceStyles = `
.trace-pane { flex: 1; display: flex; flex-direction: column; min-width: 0; }
.trace-title { padding-inline-start: 6px; }
.trace-title .pane-title { flex: none; max-width: 50%; }
.facts { flex: 1 1 0; display: flex; flex-wrap: wrap; gap: 0 14px; height: 20px; min-width: 0; overflow: hidden; white-space: nowrap; color: var(--_text-muted); }
.fact { flex: none; }
.fact.strong { color: var(--_text); font-weight: 500; }
.fact.link { display: inline-flex; align-items: center; gap: 2px; color: var(--_error); }
.fact.link .icon { width: 12px; height: 12px; }
.trace-body { flex: 1; position: relative; display: flex; min-height: 0; }
.trace-body.details-below { flex-direction: column; }

.span-head, .span-row {
  display: grid; grid-template-columns: minmax(168px, 42%) 74px minmax(0, 1fr); align-items: center; column-gap: 10px;
}
.span-head {
  position: sticky; top: 0; z-index: 2; height: 29px; border-bottom: 1px solid var(--_border);
  background: var(--_subtle); color: var(--_text-muted); font-size: 12px;
}
.span-head > :first-child { padding-inline-start: 14px; }
.span-head .number { padding-inline-end: 1.95em; }
.axis-cell { align-self: stretch; }
.span-row { height: 28px; cursor: pointer; }
.span-row:hover { background: var(--_hover); }
.span-row[aria-selected="true"] { background: var(--_selected); box-shadow: inset 2px 0 var(--_accent); }
.span-name { display: flex; align-items: center; gap: 5px; min-width: 0; height: 100%; padding-inline-start: 8px; white-space: nowrap; }
.indent {
  flex: none; align-self: stretch; width: min(calc(var(--depth) * 16px), 50%); margin-inline-start: 0;
  background: repeating-linear-gradient(to right, transparent 0 7px, var(--_guide) 7px 8px, transparent 8px 16px);
}
.span-name .chevron:hover { color: var(--_text); background: var(--_border); border-radius: 4px; }
.type-icon { flex: none; color: var(--tone); }
.type-icon .icon { width: 15px; height: 15px; }
.span-name .name { flex: 0 1 auto; overflow: hidden; text-overflow: ellipsis; min-width: 1em; }
.name-number { color: var(--_text-faint); }
.failed .name { color: var(--_error); }
.failed .name-number { color: inherit; }
.mark .icon { width: 13px; height: 13px; }
.hidden-count { flex: none; padding: 0 5px; border-radius: 7px; font-size: 11px; line-height: 15px; color: var(--_text-muted); background: var(--_border); }
.span-name .aside { flex: 0 9999 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; margin-inline-start: 4px; color: var(--_text-faint); font-size: 12px; }
.bar-cell { align-self: stretch; min-width: 0; }
.track { position: relative; display: block; height: 100%; margin-inline: 6px 16px; }
.bar-cell .track { background: repeating-linear-gradient(to right, var(--_guide) 0 1px, transparent 1px var(--tick)); }
.tick { position: absolute; top: 0; bottom: 0; padding-inline-start: 5px; line-height: 28px; border-inline-start: 1px solid var(--_guide); font-size: 11px; white-space: nowrap; }
.tick.last { transform: translateX(-100%); border-inline-start: 0; border-inline-end: 1px solid var(--_guide); padding-inline: 0 5px; }
.bar { position: absolute; top: 50%; height: 10px; margin-top: -5px; min-width: 2px; border-radius: 2px; background: var(--tone); }
.failed .bar { background: var(--_error); }
.bar.open {
  border-start-end-radius: 0; border-end-end-radius: 0;
  background: color-mix(in srgb, var(--tone) 55%, transparent);
  min-width: 8px; mask-image: linear-gradient(to right, #000 calc(100% - min(24px, 60%)), transparent);
}
.tree.narrow .span-head { grid-template-columns: minmax(0, 1fr); }
.tree.narrow .span-head > :not(.axis-cell) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.tree.narrow .track { margin-inline: 12px; background: none; }
.tree.narrow .span-row { height: 38px; grid-template-columns: minmax(0, 1fr) auto; grid-template-rows: 26px 12px; row-gap: 0; }
.tree.narrow .bar-cell { grid-column: 1 / -1; }
.tree.narrow .bar { height: 4px; margin-top: -4px; }
.tree.narrow .number { padding-inline-end: 8px; }
`;
