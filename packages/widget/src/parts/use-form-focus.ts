import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Gives the first field of a form that has just opened the focus, its text selected, and scrolls until the form is seen whole. */
export function useFormFocus(form: RefObject<HTMLFormElement | null>): void {
  useLayoutEffect(() => {
    const field = form.current?.querySelector<HTMLElement>("select, input:not([readonly])");
    if (field instanceof HTMLInputElement) field.select();
    field?.focus({ preventScroll: true });
    // jsdom lays nothing out, and has nothing to scroll.
    if ("scrollIntoView" in Element.prototype) form.current?.scrollIntoView({ block: "nearest" });
  }, []);
}
