export const compareStyles = `
.compare-sums { flex: none; display: grid; gap: 2px; padding: 8px 14px; border-bottom: 1px solid var(--_border); }
.compare-trace { display: flex; align-items: center; gap: 7px; min-width: 0; white-space: nowrap; }
.compare-trace > .faint:first-child { flex: none; width: 46px; }
.compare-trace .name { overflow: hidden; text-overflow: ellipsis; min-width: 2em; }
.compare-trace .icon { width: 14px; height: 14px; }
.compare-preview { flex: 0 9999 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; color: var(--_text-muted); }
.compare-figures { display: flex; flex-wrap: wrap; gap: 0 20px; margin-top: 2px; }
.change { white-space: nowrap; }
.more-than { color: var(--_error); }
.less-than { color: var(--_ok); }
.compare-reading { flex: none; display: flex; flex-wrap: wrap; gap: 2px 10px; padding: 5px 14px; border-bottom: 1px solid var(--_border); font-size: 12px; background: var(--_subtle); overflow-wrap: anywhere; }
.compare-head, .compare-row { display: grid; grid-template-columns: minmax(110px, 44%) 78px 78px minmax(128px, 1fr); align-items: center; column-gap: 8px; padding-inline-end: 14px; }
.compare-head > :first-child { padding-inline-start: 14px; }
.compare-head .number { padding-inline-end: 1.95em; }
.compare-row { height: 28px; cursor: pointer; }
.compare-row:hover { background: var(--_hover); }
.compare-row.added { background: color-mix(in srgb, var(--_ok) 9%, transparent); }
.compare-row.removed { background: color-mix(in srgb, var(--_error) 8%, transparent); }
.compare-row.removed .name { text-decoration: line-through; text-decoration-color: var(--_text-faint); }
.compare-row[aria-selected="true"] { background: var(--_selected); box-shadow: inset 2px 0 var(--_accent); }
.sign { flex: none; width: 12px; text-align: center; font-weight: 700; }
.sign.added { color: var(--_ok); }
.sign.removed { color: var(--_error); }
.sign.changed { color: var(--_accent); }
.delta { position: relative; display: block; height: 100%; }
.delta-track { position: absolute; inset-block: 6px; inset-inline: 0; border-inline-start: 0; background: linear-gradient(var(--_border-strong), var(--_border-strong)) center / 1px 100% no-repeat; }
.delta-bar { position: absolute; inset-block: 3px; border-radius: 2px; min-width: 1px; opacity: 0.7; }
.delta-bar.longer { left: 50%; background: var(--_error); }
.delta-bar.shorter { right: 50%; background: var(--_ok); }
.delta-text { position: absolute; inset-block: 0; display: grid; align-items: center; font-size: 12px; white-space: nowrap; }
.delta-text.longer { right: calc(50% + 5px); }
.delta-text.shorter { left: calc(50% + 5px); }
.compare-details .fact-list { grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); }
.compare-grid.narrow .compare-head { display: none; }
.compare-grid.narrow .compare-row { height: 46px; grid-template-columns: 106px 56px minmax(0, 1fr); grid-template-rows: 24px 20px; row-gap: 0; padding-inline: 0 12px; }
.compare-grid.narrow .span-name { grid-column: 1 / -1; }
.compare-grid.narrow .number { font-size: 12px; }
.compare-grid.narrow .number.before { padding-inline-start: 26px; }
.compare-grid.narrow .number.before::after { content: "→"; padding-inline-start: 4px; color: var(--_text-faint); }
.compare-grid.narrow .unit { min-width: 0; }
.details-beside > .compare-details { flex-basis: 42%; border-inline-start: 1px solid var(--_border); }
.details-below > .compare-details { flex-basis: 55%; border-top: 1px solid var(--_border-strong); }
.details-head > .link { flex: none; font-size: 12px; }
.chip.change-added { --tone: var(--_ok); }
.chip.change-removed { --tone: var(--_error); }
.chip.change-changed { --tone: var(--_accent); }
.chip.change-same { --tone: var(--_text-faint); }
.differences { display: grid; grid-template-columns: minmax(0, 1fr); gap: 10px; }
.difference-path { display: block; max-width: 100%; margin-bottom: 2px; }
.difference { padding: 2px 8px; border-inline-start: 3px solid; border-radius: 2px; min-width: 0; }
.difference.removed { border-color: var(--_error); background: color-mix(in srgb, var(--_error) 8%, transparent); }
.difference.added { border-color: var(--_ok); background: color-mix(in srgb, var(--_ok) 9%, transparent); }
.difference-text del { color: var(--_error); background: color-mix(in srgb, var(--_error) 10%, transparent); text-decoration-thickness: 1px; }
.difference-text .apart { display: block; width: fit-content; }
.difference-text ins { color: var(--_ok); background: color-mix(in srgb, var(--_ok) 12%, transparent); text-decoration: none; font-weight: 500; }
.picker { display: grid; gap: 6px; width: min(420px, 78vw); }
.picker-list { max-height: 300px; overflow: auto; display: grid; }
.picker-choice { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 2px 8px; align-items: center; width: 100%; padding: 5px 6px; border-radius: 5px; }
.picker-choice .end { text-align: end; }
.picker-choice:hover { background: var(--_hover); }
.picker-choice .request { grid-column: 2; }
.picker-choice :is(.name, .request) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
`;
