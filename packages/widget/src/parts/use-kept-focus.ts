import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { focusedIn } from "./focused.js";

/** What takes over the focus, best first: what is marked for it, the row that Tab reaches, a picture, any control. */
const heirs = [
  "[data-focus-next]",
  '[role="row"][tabindex="0"]',
  '[data-focus="spans"]',
  'button, input:not([tabindex="-1"]), select',
];

/**
 * When the focused element in a frame disappears, with a row, a form, a panel, the focus moves to the nearest one that is still
 * there. If the reader has moved on to something else, it is left alone.
 */
export function useKeptFocus(frame: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    /** The last focused element, then its ancestors. */
    let path: readonly Element[] = [];
    const onFocusIn = ({ target }: FocusEvent) => {
      path = target instanceof Element ? pathOf(target, current) : [];
    };
    // Some browsers also fire this for elements being removed; one that remains has really lost the focus.
    const onFocusOut = ({ target }: FocusEvent) =>
      queueMicrotask(() => {
        if (target instanceof Element && target.isConnected && path[0] === target) path = [];
      });
    const observer = new MutationObserver((records) => {
      if (path[0]?.isConnected !== false) return;
      const near = [...besideOf(path, records), ...path].filter(({ isConnected }) => isConnected);
      path = [];
      if (focusedIn(current) === undefined) toHeir(near)?.focus();
    });
    current.addEventListener("focusin", onFocusIn);
    current.addEventListener("focusout", onFocusOut);
    observer.observe(current, { childList: true, subtree: true });
    return () => {
      current.removeEventListener("focusin", onFocusIn);
      current.removeEventListener("focusout", onFocusOut);
      observer.disconnect();
    };
  }, []);
}

function pathOf(target: Element, frame: Element): readonly Element[] {
  const path = [target];
  for (let up = target.parentElement; up && frame.contains(up); up = up.parentElement) path.push(up);
  return path;
}

/** What replaced the removed element, then what came after and before it. Rows of a grid know better which is next. */
function besideOf(path: readonly Element[], records: readonly MutationRecord[]): readonly Element[] {
  const removal = records.find(({ removedNodes }) =>
    path.some((element) => [...removedNodes].includes(element)),
  );
  const place = removal?.target;
  if (!(place instanceof Element) || place.closest('[role="grid"], [role="treegrid"]')) return [];
  const beside = [
    place.querySelector(":scope > [data-focus-next]"),
    removal?.nextSibling,
    removal?.previousSibling,
  ];
  return beside.filter((node) => node instanceof Element);
}

function toHeir(near: readonly Element[]): HTMLElement | undefined {
  for (const element of near) {
    for (const heir of heirs) {
      const found = element.matches(heir) ? element : element.querySelector(heir);
      if (found instanceof HTMLElement) return found;
    }
  }
  return undefined;
}
