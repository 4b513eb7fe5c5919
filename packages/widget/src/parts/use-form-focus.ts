import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Focuses a field of a form that has just opened, selects its text, and scrolls the whole form into view. */
export function useFormFocus(form: RefObject<HTMLFormElement | null>, fieldName: string): void {
  useLayoutEffect(() => {
    const field = form.current?.elements.namedItem(fieldName);
    if (field instanceof HTMLInputElement) field.select();
    if (field instanceof HTMLElement) field.focus({ preventScroll: true });
    // jsdom has no layout, and so nothing to scroll.
    if ("scrollIntoView" in Element.prototype) form.current?.scrollIntoView({ block: "nearest" });
  }, []);
}
