import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toListKeyMove } from "../derive/keys.js";
import { focusedIn } from "./focused.js";
import type { RowList } from "./row-list.js";
import { focusRow, scrollToRow } from "./row-places.js";

interface RowFocusOptions extends RowList {
  /** Of what stays above the rows. */
  readonly headerPx: number;
  /** The row that is selected comes into sight, and Tab reaches it; undefined for none. */
  readonly selectedKey: string | undefined;
  /** The row that Tab reaches at first; undefined for the one that is selected, or the first of all. */
  readonly firstKey?: string | undefined;
  /** Of the scroller: when it changes, the selected row stays in sight if it was. */
  readonly heightPx?: number;
}

export interface RowFocus {
  /** The one row that Tab reaches. */
  readonly activeIndex: number;
  setActive(key: string | undefined): void;
  /** Gives the focus to the row that Tab reaches. */
  focusActive(): void;
  /** Scrolls to a row and gives it the focus as soon as it is drawn. */
  goTo(index: number): void;
  /** Where a key goes to, from the row that is active; undefined if it does not go. */
  toMove(key: string): number | undefined;
  /** For the scroller: the row that is pointed at is the one that Tab reaches from then on. */
  readonly onFocusIn: (event: FocusEvent) => void;
}

/** The roving focus of the WAI-ARIA grid pattern, over rows of which those in sight are drawn. */
export function useRowFocus(options: RowFocusOptions): RowFocus {
  const { scroller, count, rowHeightPx, headerPx, keyOf, indexOf, selectedKey, firstKey } = options;
  const { heightPx = 0 } = options;
  const [reachedKey, setActive] = useState(firstKey);
  const activeKey = reachedKey ?? selectedKey;
  const lastIndex = useRef(0);
  const foundIndex = useMemo(() => (activeKey === undefined ? 0 : indexOf(activeKey)), [indexOf, activeKey]);
  // In the place of a row that is gone stands the next.
  const activeIndex = foundIndex >= 0 ? foundIndex : Math.max(0, Math.min(lastIndex.current, count - 1));
  lastIndex.current = activeIndex;

  useLayoutEffect(() => {
    if (selectedKey === undefined) return;
    const index = indexOf(selectedKey);
    if (index >= 0) scrollTo(index);
    setActive(selectedKey);
  }, [selectedKey, rowHeightPx]);

  // A row that was selected before it had been read comes into sight when it is there, unless the reader went elsewhere.
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

  // The element that has the focus serves another row when its own is gone, or another row was made the active one.
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
