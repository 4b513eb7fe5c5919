import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Styles of a part that is loaded later, for as long as it is shown: a separate style sheet, as a strict policy requires. */
export function useStyles(frame: RefObject<HTMLElement | null>, styles: string): void {
  useLayoutEffect(() => {
    const root = frame.current?.getRootNode();
    // jsdom has no adopted style sheets.
    if (!(root instanceof ShadowRoot) || root.adoptedStyleSheets === undefined) return undefined;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return () => {
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }, []);
}
