import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface SpansFocus {
  /** Whether there was something to give the focus to. */
  focusSpans(): boolean;
  /** The picture of the spans is about to change: the focus is to go along. */
  keepFocus(): void;
  /** The other picture, which may be loaded late, is there. */
  takeFocus(): void;
}

/** The keyboard's way to the spans of a trace, whichever of the two pictures, `view`, they are in. */
export function useSpansFocus(
  pane: RefObject<HTMLElement | null>,
  focusNext: RefObject<"tree" | "list" | undefined>,
  view: unknown,
): SpansFocus {
  useLayoutEffect(() => {
    if (focusNext.current !== "tree") return;
    focusNext.current = undefined;
    focusSpans();
  }, []);

  const isFocusWanted = useRef(false);
  useLayoutEffect(takeFocus, [view]);

  function takeFocus(): void {
    if (isFocusWanted.current) isFocusWanted.current = !focusSpans();
  }

  function focusSpans(): boolean {
    const spans = '[role="treegrid"] [role="row"][tabindex="0"], [data-focus="spans"]';
    const target = pane.current?.querySelector<HTMLElement>(spans);
    target?.focus();
    return Boolean(target);
  }

  return { focusSpans, keepFocus: () => void (isFocusWanted.current = true), takeFocus };
}
