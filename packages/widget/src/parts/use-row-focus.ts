import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toListKeyMove } from "../derive/keys.js";
import { focusedIn } from "./focused.js";
import type { RowList } from "./row-list.js";
import { focusRow, scrollToRow } from "./row-places.js";

interface RowFocusOptions extends RowList {
  /** The height of what stays above the rows. */
  readonly headerPx: number;
  /** The selected row, which is scrolled into view and which Tab reaches; undefined for none. */
  readonly selectedKey: string | undefined;
  /** The row that Tab reaches at first; undefined for the selected one, or the first of all. */
  readonly firstKey?: string | undefined;
  /** The scroller's height: when it changes, the selected row stays in view if it was. */
  readonly heightPx?: number;
}

export interface RowFocus {
  /** The one row that Tab reaches. */
  readonly activeIndex: number;
  setActive(key: string | undefined): void;
  /** Focuses the row that Tab reaches. */
  focusActive(): void;
  /** Scrolls to a row and focuses it as soon as it is drawn. */
  goTo(index: number): void;
  /** The row that a key moves to from the active one; undefined if it does not move. */
  toMove(key: string): number | undefined;
  /** For the scroller: Tab reaches the row that last got the focus. */
  readonly onFocusIn: (event: FocusEvent) => void;
}

/** The roving focus of the WAI-ARIA grid pattern, for rows of which only the visible ones are drawn. */
export function useRowFocus(options: RowFocusOptions): RowFocus {
  const { scroller, count, rowHeightPx, headerPx, keyOf, indexOf, selectedKey, firstKey } = options;
  const { heightPx = 0 } = options;
  const [reachedKey, setActive] = useState(firstKey);
  const activeKey = reachedKey ?? selectedKey;
  const lastIndex = useRef(0);
  const foundIndex = useMemo(() => (activeKey === undefined ? 0 : indexOf(activeKey)), [indexOf, activeKey]);
  // A row that is gone is replaced by the next.
  const activeIndex = foundIndex >= 0 ? foundIndex : Math.max(0, Math.min(lastIndex.current, count - 1));
  lastIndex.current = activeIndex;

  useLayoutEffect(() => {
    if (selectedKey === undefined) return;
    const index = indexOf(selectedKey);
    if (index >= 0) scrollTo(index);
    setActive(selectedKey);
  }, [selectedKey, rowHeightPx]);

  // A row selected before it was read is scrolled into view once it is there, unless the reader went elsewhere.
  const selectedIndex = useMemo(
    () => (selectedKey === undefined ? -1 : indexOf(selectedKey)),
    [indexOf, selectedKey],
  );
  const isThere = selectedIndex >= 0;
  useLayoutEffect(() => {
    if (isThere && scroller.current?.scrollTop === 0) scrollTo(selectedIndex);
  }, [isThere]);

  const lastHeightPx = useRef(heightPx);
  useLayoutEffect(() => {
    const endPx = headerPx + (selectedIndex + 1) * rowHeightPx - (scroller.current?.scrollTop ?? 0);
    if (isThere && endPx > headerPx && endPx <= lastHeightPx.current) scrollTo(selectedIndex);
    lastHeightPx.current = heightPx;
  }, [heightPx]);

  const isMoving = useRef(false);
  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    focusActive();
  }, [activeKey]);

  // A focused element may get another row when its own is gone, or another row becomes active.
  useLayoutEffect(() => {
    const focused = scroller.current && focusedIn(scroller.current)?.closest<HTMLElement>("[data-id]");
    if (!focused || !scroller.current?.contains(focused)) return;
    if (focused.dataset["id"] !== keyOf(activeIndex)) focusActive();
  }, [keyOf, activeIndex]);

  function scrollTo(index: number): void {
    if (scroller.current) scrollToRow(scroller.current, index, rowHeightPx, headerPx);
  }

  function focusActive(): void {
    if (scroller.current && activeIndex < count) focusRow(scroller.current, keyOf(activeIndex));
  }

  return {
    activeIndex,
    setActive,
    focusActive,
    goTo(index) {
      if (index < 0 || index >= count) return;
      scrollTo(index);
      if (index === activeIndex) {
        focusActive();
        return;
      }
      isMoving.current = true;
      setActive(keyOf(index));
    },
    toMove(key) {
      const pageRows = Math.floor(((scroller.current?.clientHeight ?? 0) - headerPx) / rowHeightPx) - 1;
      return toListKeyMove(key, activeIndex, count, Math.max(1, pageRows));
    },
    onFocusIn: useCallback(({ target }: FocusEvent) => {
      const row = target instanceof Element ? target.closest<HTMLElement>("[data-id]") : null;
      if (row) setActive(row.dataset["id"]);
    }, []),
  };
}
