/**
 * For forced colours, in which all backgrounds become the page's: what only a background conveys is shown in the system's colours
 * instead. It comes after all other styles, so that it wins.
 */
export const forcedStyles = `
@media (forced-colors: active) {
  [aria-selected="true"], [aria-current="true"] { outline: 2px solid Highlight; outline-offset: -2px; }
  :host button[aria-pressed="true"], .choice.chosen { forced-color-adjust: none; color: HighlightText; background: Highlight; }
  .choice, select.field, .cell-box input { appearance: auto; }
  .bar, .duration-bar span, .delta-bar, .share-bar, .flame-colors { forced-color-adjust: none; }
  .splitter, .critical, .minimap-handle::before, .minimap-handle::after, .loading-line { background: CanvasText; }
  .newest, .chip { border: 1px solid; }
}
`;
