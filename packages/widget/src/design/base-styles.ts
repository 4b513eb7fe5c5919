import { toDeclarations, types } from "./tokens.js";

const sans = `-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Helvetica Neue", Arial, sans-serif`;
const mono = `ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace`;

const tones = Object.keys(types).map((tone) => `.tone-${tone} { --tone: var(--_type-${tone}); }`);

/** The names of the tokens in styles: a function, because they are tables. */
export function tokenStyles(): string {
  return `:host { ${toDeclarations()} --_sans: ${sans}; --_mono: ${mono}; } ${tones.join(" ")}`;
}

/**
 * The frame, and what all its parts share.
 *
 * - Chevrons of rows do not turn slowly: elements of rows are taken over by other rows, which did not just open.
 * - In a head a popover ends where the head ends: there may be no room to the left of its button.
 * - Of a page's text styles (white-space, text-indent, text-transform, …) nothing comes in.
 * - In a page that is read from the right it is still read from the left, as its words and times are; texts of others have their own direction.
 * - The arrow of a choice is as quiet as the icons, and the same in every browser.
 */
export const baseStyles = `
:host {
  all: initial;
  color-scheme: inherit;
  visibility: inherit;
  pointer-events: inherit;
  display: block;
  box-sizing: border-box;
  height: clamp(300px, 75vh, 640px);
  min-width: 0;
  overflow: hidden;
  contain: content;
  background: var(--_background);
  color: var(--_text);
  font: 13px/20px var(--_sans);
  font-variant-numeric: tabular-nums;
  direction: ltr;
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
h2, h3, p, ol, ul, dl, dd, pre { margin: 0; padding: 0; }
ol, ul { list-style: none; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: start; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: -2px; border-radius: 4px; }
::selection { background: color-mix(in srgb, var(--_accent) 28%, transparent); }

.explorer { position: relative; display: flex; height: 100%; min-width: 0; }
.pane-head {
  flex: none;
  display: flex;
  align-items: center;
  gap: 8px;
  min-height: 40px;
  padding: 4px 12px;
  border-bottom: 1px solid var(--_border);
}
.pane-title { font-size: 13px; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.pane-head > :is(.icon-button, .popover-frame) + :is(.icon-button, .popover-frame) { margin-inline-start: -4px; }
.grow { flex: 1; }
.mono, .mono .text-block { font: 12px/18px var(--_mono); }
.faint { color: var(--_text-faint); }
.count { color: var(--_text-faint); font-weight: 400; }
.number { text-align: end; white-space: nowrap; }
.quantity { white-space: pre; }
.unit { display: inline-block; min-width: 1.5em; text-align: start; color: var(--_text-faint); }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}

.icon { flex: none; overflow: visible; display: block; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.icon-embedding { stroke-width: 2.4; }
.icon-button { flex: none; display: grid; place-items: center; width: 26px; height: 26px; border-radius: 5px; color: var(--_text-muted); }
.icon-button:hover { background: var(--_hover); color: var(--_text); }
.icon-button[aria-pressed="true"] { background: var(--_selected); color: var(--_accent); }
.button {
  padding: 4px 12px; border: 1px solid var(--_border-strong); border-radius: 6px; background: var(--_background); font-weight: 500;
}
.button:hover { background: var(--_hover); }
.link { color: var(--_accent); border-radius: 3px; }
.link:focus-visible { outline-offset: 2px; }
.link:hover { text-decoration: underline; }
.more { white-space: nowrap; }
.chevron, .no-chevron { flex: none; display: grid; place-items: center; width: 16px; height: 16px; color: var(--_text-faint); }
.chevron::before { content: ""; width: 6px; height: 6px; border: solid; border-width: 1.5px 1.5px 0 0; transform: translateX(-1px) rotate(45deg); transition: transform 90ms; }
.chevron.open::before { transform: translateY(-1px) rotate(135deg); }
.row-place .chevron::before { transition: none; }

.state-OK { color: var(--_ok); }
.state-ERROR { color: var(--_error); }
.state-IN_PROGRESS { color: var(--_running); }
.state-UNFINISHED { color: var(--_unfinished); }
.icon-running { animation: turn 1.1s linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }
.badge { flex: none; display: inline-flex; align-items: center; gap: 4px; font-weight: 500; }
.badge .icon, .state .icon { width: 14px; height: 14px; }
.chip {
  flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; padding: 0 6px; border-radius: 4px; font-size: 11px; line-height: 18px; white-space: nowrap;
  color: var(--tone); background: color-mix(in srgb, var(--tone) 12%, transparent);
}

.scroller { flex: 1; position: relative; min-height: 0; overflow: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--_border-strong) transparent; }
.rows { position: relative; }
.trace-head, .span-head, .compare-head { position: sticky; top: 0; z-index: 2; height: 29px; border-bottom: 1px solid var(--_border); background: var(--_subtle); color: var(--_text-muted); font-size: 12px; }
.row-place { position: absolute; inset-inline: 0; contain: strict; }

.popover-frame { position: relative; flex: none; }
.pane-head, .details-head { position: relative; }
.pane-head > .popover-frame, .details-head > .popover-frame { position: static; }
.pane-head > .popover-frame > .popover, .details-head > .popover-frame > .popover { inset-inline-end: 8px; }
.popover { position: absolute; inset-inline-end: 0; top: 100%; z-index: 6; display: grid; gap: 6px; min-width: 150px; padding: 10px 14px; border: 1px solid var(--_border-strong); border-radius: 8px; background: var(--_background); box-shadow: 0 6px 20px #0003; }
.menu { display: grid; white-space: nowrap; }
.menu-item { padding: 3px 8px; margin-inline: -8px; border-radius: 5px; }
.menu-item:hover { background: var(--_hover); }
.menu-outcome:empty { display: none; }
.menu-outcome { color: var(--_text-muted); font-size: 12px; white-space: normal; }
.check-line { display: flex; align-items: center; gap: 8px; cursor: pointer; }
.check-line input { margin: 0; accent-color: var(--_accent); }

.help-cover { position: absolute; inset: 0; z-index: 9; display: grid; grid-template: minmax(0, 100%) / minmax(0, 1fr); place-items: center; padding: 12px; background: #0007; }
.help { width: min(640px, 100%); max-height: 100%; overflow: auto; border: 1px solid var(--_border-strong); border-radius: 10px; background: var(--_background); box-shadow: 0 10px 40px #0005; }
.help-head { position: sticky; top: 0; display: flex; align-items: center; justify-content: space-between; padding: 10px 10px 6px 18px; background: inherit; }
.help-body { columns: 2 240px; column-gap: 32px; padding: 0 18px 4px; }
.help-body > section { break-inside: avoid; padding-bottom: 14px; }
.help-title { margin: 0 0 4px; font-size: 12px; font-weight: 600; color: var(--_text-muted); }
.help-keys > div { display: flex; gap: 12px; padding-block: 2px; }
.help-keys dt { flex: 0 0 104px; }
kbd { padding: 1px 6px; border: 1px solid var(--_border-strong); border-radius: 4px; font: 12px/16px var(--_mono); white-space: pre; background: var(--_subtle); }

.splitter { flex: none; position: relative; z-index: 4; touch-action: none; background: var(--_border); }
.splitter::after { content: ""; position: absolute; inset: 0; }
.splitter.vertical { width: 1px; cursor: col-resize; }
.splitter.vertical::after { inset-inline: -4px; }
.splitter.horizontal { height: 1px; cursor: row-resize; background: var(--_border-strong); }
.splitter.horizontal::after { inset-block: -5px; }
.splitter:hover::after, .splitter:active::after { background: color-mix(in srgb, var(--_accent) 45%, transparent); }
.splitter:focus-visible { outline-offset: 1px; }
.copy { opacity: 0; }
.section-head:hover .copy, .json-line:hover .copy, .fact-pair:hover .copy, .failure-head .copy, .code .copy, .copy:focus-visible { opacity: 1; }
@media (hover: none) { .copy { opacity: 1; } .splitter::after { inset: -11px !important; } }
.text-block { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2; unicode-bidi: plaintext; }
.switch { flex: none; display: flex; margin-inline-end: 4px; border: 1px solid var(--_border); border-radius: 5px; overflow: hidden; font-size: 11px; line-height: 22px; }
.switch button { padding: 0 8px; color: var(--_text-muted); }
.switch button[aria-pressed="true"] { color: var(--_accent); background: var(--_selected); font-weight: 500; }
mark { color: inherit; background: var(--_mark); border-radius: 2px; }

.search-field { display: flex; align-items: center; gap: 4px; min-width: 0; height: 28px; padding-inline: 8px 2px; border: 1px solid var(--_border-strong); border-radius: 6px; background: var(--_background); color: var(--_text-muted); }
.search-field:focus-within { border-color: var(--_accent); outline: 1px solid var(--_accent); outline-offset: -2px; }
.search-field > .icon { width: 13px; height: 13px; }
.search-field input { flex: 1; min-width: 40px; height: 100%; padding: 0 2px; border: 0; outline: 0; font: inherit; color: var(--_text); background: none; }
.search-field input::placeholder { color: var(--_text-faint); opacity: 1; }
.search-field .icon-button { width: 22px; height: 22px; }
.search-field .icon-button .icon { width: 13px; height: 13px; }
.match-count { flex: none; padding-inline-end: 4px; font-size: 12px; white-space: nowrap; }
.choice { field-sizing: content; height: 26px; max-width: 130px; border: 0; border-radius: 5px; font: inherit; font-size: 12px; color: var(--_text-muted); background-color: transparent; cursor: pointer; }
.choice, select.field {
  appearance: none; padding-inline: 6px 18px; text-overflow: ellipsis;
  background: conic-gradient(from -45deg at 50% 100%, currentColor 90deg, #0000 0) right 6px center / 8px 4px no-repeat;
}
.choice option { color: var(--_text); background: var(--_background); }
.choice:hover { background-color: var(--_hover); color: var(--_text); }
.choice.chosen { color: var(--_accent); background-color: var(--_selected); }

.notice { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 6px; padding: 24px 16px; text-align: center; min-height: 0; overflow: auto; }
.notice-icon .icon { width: 20px; height: 20px; }
.notice-title { font-weight: 600; font-size: 14px; }
.notice-text { color: var(--_text-muted); max-width: 56ch; overflow-wrap: anywhere; }
.notice-actions { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px; margin-top: 8px; }
.notice-actions:empty { display: none; }
.code { display: flex; align-items: flex-start; gap: 4px; margin-top: 10px; max-width: 100%; padding: 8px 6px 8px 14px; border: 1px solid var(--_border); border-radius: 8px; background: var(--_subtle); text-align: start; }
.code pre { font: 12px/20px var(--_mono); min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.loading { padding: 14px 16px; display: grid; gap: 14px; }
.loading-line { height: 10px; border-radius: 5px; background: var(--_border); }
.loading-line:nth-child(2n) { width: 72%; }
.loading-line:nth-child(3n) { width: 86%; }
.late { opacity: 0; animation: appear 200ms 180ms forwards; }
.progress-line { flex: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 2px 10px; min-width: 0; }
progress { flex: 1 1 60px; min-width: 40px; max-width: 240px; height: 4px; appearance: none; border: 0; border-radius: 2px; overflow: hidden; background: var(--_border); color: var(--_accent); }
progress::-webkit-progress-bar { background: var(--_border); }
progress::-webkit-progress-value { background: var(--_accent); }
progress::-moz-progress-bar { background: var(--_accent); }
@keyframes appear { to { opacity: 1; } }
@media print {
  :host { height: auto !important; overflow: visible; contain: none; color-scheme: light; }
  * { print-color-adjust: exact; outline: none !important; }
  .explorer { height: auto; }
  .scroller { overflow: visible; }
  .splitter, .icon-button { display: none; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation-duration: 0.01ms; animation-iteration-count: 1; transition: none; }
}
`;
