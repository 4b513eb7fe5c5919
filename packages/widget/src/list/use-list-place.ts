import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ListRequest } from "../state/list-state.js";

/** Where the reader was in the list: if there is little room, what is opened from it takes its place. */
export interface ListPlace {
  /** How far it was scrolled, which row Tab reached, and which request it answered. */
  readonly left?: { readonly topPx: number; readonly activeKey: string; readonly request: ListRequest };
  /** The row of the trace or conversation just closed, which gets the focus, once. */
  readonly closedKey?: string | undefined;
}

/**
 * A list that comes back is scrolled as it was left, unless it answers another request. Returns a ref for the key of the row that
 * Tab reaches, which is remembered too.
 */
export function useListPlace(
  scroller: RefObject<HTMLElement | null>,
  place: RefObject<ListPlace>,
  request: ListRequest,
): { current: string } {
  const activeKey = useRef("");
  const last = useRef(request);
  last.current = request;
  useLayoutEffect(() => {
    const { current } = scroller;
    const { left } = place.current;
    const isSame = left?.request.query === request.query && left.request.order === request.order;
    if (current && left && isSame) {
      current.scrollTop = left.topPx;
      // At once: the browser fires it only with the next frame, which would show the wrong rows.
      current.dispatchEvent(new Event("scroll"));
    }
    return () => {
      const topPx = current?.scrollTop ?? 0;
      place.current = {
        ...place.current,
        left: { topPx, activeKey: activeKey.current, request: last.current },
      };
    };
  }, []);
  return activeKey;
}
