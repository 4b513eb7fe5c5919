import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** When what has the focus inside a frame disappears, the focus goes to the frame's `[data-focus-next]`. */
export function useKeptFocus(frame: RefObject<HTMLElement | null>): void {
  const focused = useRef<Element | undefined>(undefined);
  useEffect(() => {
    const { current } = frame;
    const onFocusIn = ({ target }: FocusEvent) => {
      focused.current = target instanceof Element ? target : undefined;
    };
    // Some browsers tell of the focus of what is being taken away, too: what stays after that has lost it to something else.
    const onFocusOut = ({ target }: FocusEvent) =>
      queueMicrotask(() => {
        if (target instanceof Element && target.isConnected && focused.current === target) {
          focused.current = undefined;
        }
      });
    current?.addEventListener("focusin", onFocusIn);
    current?.addEventListener("focusout", onFocusOut);
    return () => {
      current?.removeEventListener("focusin", onFocusIn);
      current?.removeEventListener("focusout", onFocusOut);
    };
  }, []);
  useLayoutEffect(() => {
    if (focused.current?.isConnected !== false) return;
    focused.current = undefined;
    frame.current?.querySelector<HTMLElement>("[data-focus-next]")?.focus();
  });
}
