import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { focusedIn } from "./focused.js";

/** What takes the focus over, best first: what is marked for it, the row that Tab reaches, a picture, any control. */
const heirs = [
  "[data-focus-next]",
  '[role="row"][tabindex="0"]',
  '[data-focus="spans"]',
  'button, input:not([tabindex="-1"]), select',
];

/**
 * When what has the focus inside a frame disappears, with a row, a form, a panel, the focus goes to what is nearest to its place
 * and still there. Whoever moved on to something else is left alone.
 */
export function useKeptFocus(frame: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    /** What had the focus last, then all around it. */
    let path: readonly Element[] = [];
    const onFocusIn = ({ target }: FocusEvent) => {
      path = target instanceof Element ? pathOf(target, current) : [];
    };
    // Some browsers tell of the focus of what is being taken away, too: what stays after that has lost it to something else.
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

/** What came in place of what was taken away, then what stood behind and before it. Rows of a grid know better who is next. */
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
