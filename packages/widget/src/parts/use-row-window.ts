import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { toRowWindow, type RowWindow, type Sight } from "../derive/row-window.js";
import type { RowList } from "./row-list.js";

export interface RowWindowOptions extends RowList {
  /** Called with the last visible row, for loading more. */
  readonly onReach?: ((lastIndex: number) => void) | undefined;
}

/**
 * The visible rows of a list as it scrolls. When rows are inserted above, what the reader sees stays in place, unless the list is
 * at its top.
 */
export function useRowWindow(options: RowWindowOptions): RowWindow {
  const { scroller, count, rowHeightPx, keyOf, indexOf, onReach } = options;
  const [, setDrawnCount] = useState(0);
  /** The scroller as last seen: measuring it while rows change would force another layout. */
  const sight = useRef<Sight | undefined>(undefined);
  /** The row at the top, unless that is the first. */
  const anchor = useRef<{ readonly key: string; readonly index: number } | undefined>(undefined);

  const isMoved = keepInPlace();
  const shown = toRowWindow(sight.current, count, rowHeightPx);
  anchor.current = toAnchor(shown);

  function toAnchor({ top }: RowWindow) {
    return top > 0 && top < count ? { key: keyOf(top), index: top } : undefined;
  }

  /** Scrolls along when rows were added or removed above; returns whether there were any. */
  function keepInPlace(): boolean {
    const seen = anchor.current;
    if (seen === undefined || !sight.current) return false;
    if (seen.index < count && keyOf(seen.index) === seen.key) return false;
    const index = indexOf(seen.key);
    if (index < 0) return false;
    const { topPx, heightPx } = sight.current;
    sight.current = { topPx: topPx + (index - seen.index) * rowHeightPx, heightPx };
    return true;
  }

  function look(): void {
    const { current } = scroller;
    if (current === null) return;
    sight.current = { topPx: current.scrollTop, heightPx: current.clientHeight };
    const next = toRowWindow(sight.current, count, rowHeightPx);
    anchor.current = toAnchor(next);
    if (next.first !== shown.first || next.last !== shown.last) setDrawnCount((known) => known + 1);
    onReach?.(Math.min(next.bottom, count) - 1);
  }

  const lookNow = useRef(look);
  lookNow.current = look;
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null) return undefined;
    const onSight = () => lookNow.current();
    current.addEventListener("scroll", onSight, { passive: true });
    const observer = typeof ResizeObserver === "undefined" ? undefined : new ResizeObserver(onSight);
    observer?.observe(current);
    return () => {
      current.removeEventListener("scroll", onSight);
      observer?.disconnect();
    };
  }, []);

  useLayoutEffect(() => {
    if (sight.current === undefined) look();
    else {
      if (isMoved && scroller.current) scroller.current.scrollTop = sight.current.topPx;
      onReach?.(Math.min(shown.bottom, count) - 1);
    }
  }, [count, rowHeightPx, keyOf, onReach]);

  return shown;
}
