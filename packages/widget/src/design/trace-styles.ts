/**
 * A trace, its spans and what is above them.
 *
 * - Facts in the head that do not fit wrap, out of sight: also the first, which a place of no width goes before.
 * - In a narrow head the word for the state is only heard; its icon is seen.
 * - The lines of the time are drawn once, behind all rows, which scroll along them. They are where they are on the screen: paper has none.
 */
export const traceStyles = `
.trace-pane { flex: 1; display: flex; flex-direction: column; min-width: 0; }
.trace-pane:focus { outline: none; }
.trace-title { padding-inline-start: 6px; }
.trace-title .pane-title { flex: 0 1 auto; min-width: 40px; max-width: 50%; }
.facts { flex: 1 1 0; display: flex; flex-wrap: wrap; gap: 0 14px; height: 20px; min-width: 0; overflow: hidden; white-space: nowrap; color: var(--_text-muted); }
.facts::before { content: ""; width: 0; height: 20px; margin-inline-end: -14px; }
.trace-title > .facts { min-width: 56px; }
.trace-title.narrow > .badge { gap: 0; font-size: 0; }
.fact { flex: none; }
.fact.strong { color: var(--_text); font-weight: 500; }
.fact.link { display: inline-flex; align-items: center; gap: 2px; color: var(--_error); }
.fact.link .icon { width: 12px; height: 12px; }
.trace-body { flex: 1; position: relative; display: flex; min-height: 0; }
.trace-body.details-below { flex-direction: column; }
.details-pane { flex: 0 0 auto; display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-width: 0; min-height: 0; }
.details-over > .details-pane { position: absolute; inset: 0; z-index: 5; }

.tree-pane { flex: 1; position: relative; display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.rest-note { position: absolute; z-index: 5; bottom: 14px; left: 50%; transform: translateX(-50%); display: flex; align-items: center; gap: 10px; max-width: calc(100% - 24px); padding: 4px 14px; border: 1px solid var(--_border-strong); border-radius: 14px; font-size: 12px; white-space: nowrap; background: var(--_background); box-shadow: 0 3px 10px #0003; }
.rest-note progress { width: 80px; height: 6px; accent-color: var(--_accent); }
.rest-note [role="status"] { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
.minimap { flex: none; display: flex; align-items: center; gap: 4px; padding: 8px 14px 0; }
.minimap-strip { flex: 1; position: relative; height: 32px; min-width: 0; cursor: crosshair; touch-action: pan-y; background: var(--_subtle); border-radius: 3px; user-select: none; }
.minimap-strip svg { display: block; width: 100%; height: 100%; }
.minimap-bars { fill: none; stroke: var(--tone); opacity: 0.85; }
.minimap-bars.tone-failed { stroke: var(--_error); opacity: 1; }
.minimap-shade { position: absolute; inset-block: 0; background: color-mix(in srgb, var(--_background) 68%, transparent); }
.minimap-handle { position: absolute; inset-block: -2px; width: 9px; margin-inline-start: -4px; cursor: ew-resize; touch-action: none; }
.minimap-handle::before { content: ""; position: absolute; inset-block: 0; left: 4px; width: 1px; background: var(--_border-strong); }
.minimap-handle::after { content: ""; position: absolute; top: calc(50% - 6px); left: 2px; width: 5px; height: 12px; border-radius: 2px; background: var(--_text-faint); }
.minimap-handle:hover::after { background: var(--_accent); }
.minimap-reset { flex: none; display: flex; align-items: center; gap: 2px; font-size: 12px; white-space: nowrap; }
.tools { flex: none; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; padding: 8px 14px; }
.tools .search-field { flex: 1 1 190px; }
.choices { flex: 0 1 auto; display: flex; align-items: center; gap: 2px; min-width: 0; max-width: 100%; }
.choices .choice { flex: 0 1 auto; min-width: 0; }
.choices .icon-button .icon { width: 15px; height: 15px; }

.span-head, .span-row { display: flex; align-items: center; column-gap: 10px; }
:is(.span-head, .span-row) > * { min-width: 0; }
:is(.span-head, .span-row) > :nth-child(1) { flex: 0 0 var(--names, max(168px, 42%)); }
:is(.span-head, .span-row) > :nth-child(2) { flex: 0 0 74px; }
:is(.span-head, .span-row) > :nth-child(3) { flex: 1 1 0; }
.span-head > :first-child { padding-inline-start: 14px; }
.span-head .number { padding-inline-end: 1.95em; }
.tree-frame { flex: 1; position: relative; display: flex; min-height: 0; border-top: 1px solid var(--_border); }
.names-splitter { position: absolute; z-index: 3; top: 7px; height: 15px; display: flex; margin-inline-start: 4px; }
.axis-cell { align-self: stretch; }
.span-row { height: 28px; cursor: pointer; }
.span-row:hover { background: var(--_hover); }
.span-row[aria-selected="true"] { background: var(--_selected); box-shadow: inset 2px 0 var(--_accent); }
.span-name { display: flex; align-items: center; gap: 5px; min-width: 0; height: 100%; padding-inline-start: 8px; white-space: nowrap; }
.indent {
  flex: none; align-self: stretch;
  background: repeating-linear-gradient(to right, transparent 0 7px, var(--_guide) 7px 8px, transparent 8px 16px);
}
.span-name .chevron:hover { color: var(--_text); background: var(--_border); border-radius: 4px; }
.type-icon { flex: none; color: var(--tone); }
.icon.type-icon { width: 15px; height: 15px; }
.type-icon .icon { width: 15px; height: 15px; }
.span-name .name { flex: 0 1 auto; overflow: clip; text-overflow: ellipsis; min-width: 1em; }
.name-number { color: var(--_text-faint); }
.failed .name { color: var(--_error); }
.failed .name-number { color: inherit; }
.mark .icon { width: 13px; height: 13px; }
.hidden-count { flex: none; padding: 0 5px; border-radius: 7px; font-size: 11px; line-height: 15px; color: var(--_text-muted); background: var(--_border); }
.span-name .aside { flex: 1 1 0; container-type: inline-size; min-width: 0; margin-inline-start: 4px; color: var(--_text-faint); font-size: 12px; }
.aside > span { display: block; overflow: clip; text-overflow: ellipsis; }
@container (max-width: 50px) { .aside > span { clip-path: inset(50%); } }
.bar-cell { align-self: stretch; min-width: 0; }
.track { position: relative; display: block; height: 100%; margin-inline: 6px 16px; }
.tick-lines { position: absolute; inset-block: 29px 0; background: linear-gradient(to right, var(--_guide) 1px, transparent 1px); }
.tick { position: absolute; top: 0; bottom: 0; padding-inline-start: 5px; line-height: 28px; border-inline-start: 1px solid var(--_guide); font-size: 11px; white-space: nowrap; }
.tick.last { transform: translateX(-100%); border-inline-start: 0; border-inline-end: 1px solid var(--_guide); padding-inline: 0 5px; }
.bar { position: absolute; top: 50%; height: 10px; margin-top: -5px; min-width: 2px; border-radius: 2px; background: var(--tone); }
.critical { position: absolute; bottom: 4px; height: 2px; min-width: 1px; background: var(--_text); pointer-events: none; }
.bar-outside { position: absolute; top: calc(50% - 8px); }
.bar-outside.before { rotate: 180deg; }
.bar-outside.after { right: 0; }
.context .name, .context .name-number { color: var(--_text-faint); }
.context .type-icon, .context .bar, .context .critical { opacity: 0.45; }
.failed .bar { background: var(--_error); }
.bar.open {
  border-start-end-radius: 0; border-end-end-radius: 0;
  background: color-mix(in srgb, var(--tone) 55%, transparent);
  min-width: 8px; mask-image: linear-gradient(to right, #000 calc(100% - min(24px, 60%)), transparent);
}
.tree.narrow .span-head { display: grid; grid-template-columns: minmax(0, 1fr); }
.tree.narrow .span-head > :not(.axis-cell) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.tree.narrow .track { margin-inline: 12px; }
.tree.narrow .span-row { display: grid; height: 38px; grid-template-columns: minmax(0, 1fr) auto; grid-template-rows: 26px 12px; row-gap: 0; }
.tree.narrow .bar-cell { grid-column: 1 / -1; }
.tree.narrow .bar { height: 4px; margin-top: -4px; }
.tree.narrow .critical { bottom: 2px; height: 1px; }
.tree.narrow .number { padding-inline-end: 8px; }
@media print {
  .tools, .minimap-handle, .tick-lines { display: none; }
  .trace-body { display: block; }
  .trace-body > .details-pane { position: static; }
}
`;
