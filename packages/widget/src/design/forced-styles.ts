/**
 * Where the reader's own few colours are forced on every page. All backgrounds become the page's there: what only a
 * background says is said by the system's colours. After all other styles, so that these count.
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
