import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ListRequest } from "../state/list-state.js";

/** Where the reader was in the list: where there is little room, what is opened from it stands in its place. */
export interface ListPlace {
  /** How far it was scrolled, which row Tab reached, and what it was the answer to. */
  readonly left?: { readonly topPx: number; readonly activeKey: string; readonly request: ListRequest };
  /** The row of the trace or the conversation that was just closed: the focus goes to it, once. */
  readonly closedKey?: string | undefined;
}

/**
 * A list that comes back is scrolled as it was left, unless it is the answer to something else. The result is to hold the row that
 * Tab reaches, to be remembered with the place.
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
      // At once: the browser tells of it with the next frame, which would show rows that are elsewhere.
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
