import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Gives a field of a form that has just opened the focus, its text selected, and scrolls until the form is seen whole. */
export function useFormFocus(form: RefObject<HTMLFormElement | null>, fieldName: string): void {
  useLayoutEffect(() => {
    const field = form.current?.elements.namedItem(fieldName);
    if (field instanceof HTMLInputElement) field.select();
    if (field instanceof HTMLElement) field.focus({ preventScroll: true });
    // jsdom lays nothing out, and has nothing to scroll.
    if ("scrollIntoView" in Element.prototype) form.current?.scrollIntoView({ block: "nearest" });
  }, []);
}
