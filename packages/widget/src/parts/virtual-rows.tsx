import type { ComponentChildren, JSX, RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toRowSlots } from "../derive/row-slots.js";

interface VirtualRowsProps {
  /** What scrolls; the rows may have a sticky header above them in it. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly rowHeightPx: number;
  /** What stays the same while rows come and go above it. */
  readonly keyOf: (index: number) => string;
  /** The row with that key; -1 where there is none. */
  readonly indexOf: (key: string) => number;
  /** Drawn even when out of sight, because it holds the focus; -1 for none. */
  readonly activeIndex: number;
  readonly renderRow: (index: number) => ComponentChildren;
  /** Called with the last row in sight, for loading more. */
  readonly onReach?: (lastIndex: number) => void;
}

/** What is seen of the rows, in pixels. */
interface Sight {
  readonly topPx: number;
  /** 0 where nothing is laid out. */
  readonly heightPx: number;
}

/** The rows in sight, and those that are drawn: from the first up to before the last. */
interface Window {
  readonly top: number;
  readonly bottom: number;
  readonly first: number;
  readonly last: number;
}

/** Drawn rows change in steps of so many, so that scrolling within a step draws nothing. */
const step = 4;
/** At least so many are drawn beyond what is in sight. */
const overscan = 2;
const maxPrinted = 2000;
/** What is drawn where nothing is laid out. */
const unmeasuredCount = 40;

/**
 * The rows in sight of a list of any length. Rows are of one height and placed absolutely. When rows are put in above, what
 * the reader sees stays where it is, unless the list stands at its top.
 */
export function VirtualRows(props: VirtualRowsProps) {
  const { scroller, count, rowHeightPx, keyOf, indexOf, activeIndex, renderRow, onReach } = props;
  const [isUnfolded, setUnfolded] = useState(false);
  const [, setDrawnCount] = useState(0);
  /** As the scroller was last seen: to ask it while rows change would lay all of them out once more. */
  const sight = useRef<Sight | undefined>(undefined);
  const anchor = useRef<{ readonly key: string; readonly index: number } | undefined>(undefined);

  const isMoved = keepInPlace();
  const shown = toWindow(sight.current, count, rowHeightPx);
  const { first, last } = isUnfolded ? { first: 0, last: maxPrinted } : shown;
  anchor.current = toAnchor(shown);

  function toAnchor({ top }: Window) {
    return top > 0 && top < count ? { key: keyOf(top), index: top } : undefined;
  }

  /** Moves with what is seen when rows have come or gone above it; whether they have. */
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
    const next = toWindow(sight.current, count, rowHeightPx);
    anchor.current = toAnchor(next);
    if (next.first !== first || next.last !== last) setDrawnCount((known) => known + 1);
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
    // On paper nothing scrolls: all rows are drawn, up to what is sensible to print.
    const unfold = () => setUnfolded(true);
    const fold = () => setUnfolded(false);
    addEventListener("beforeprint", unfold);
    addEventListener("afterprint", fold);
    return () => {
      removeEventListener("beforeprint", unfold);
      removeEventListener("afterprint", fold);
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

  const indexes: number[] = [];
  for (let index = first; index < Math.min(last, count); index++) indexes.push(index);
  if (activeIndex >= 0 && activeIndex < first) indexes.unshift(activeIndex);
  if (activeIndex >= last && activeIndex < count) indexes.push(activeIndex);

  const slotCount = useRef(0);
  const slots = useRef<ReadonlyMap<string, number>>(new Map());
  slots.current = toRowSlots(indexes.map(keyOf), slots.current, () => slotCount.current++);
  // While only the window changes, rows that stay in it are what they were, and Preact does not look at them again.
  const known = useMemo(() => new Map<number, JSX.Element>(), [renderRow, keyOf, rowHeightPx]);
  const drawn = indexes.map((index) => [index, known.get(index) ?? draw(index)] as const);
  known.clear();
  for (const [index, row] of drawn) known.set(index, row);

  function draw(index: number): JSX.Element {
    return (
      <div
        key={slots.current.get(keyOf(index))}
        class="row-place"
        role="presentation"
        style={{ top: `${index * rowHeightPx}px`, height: `${rowHeightPx}px` }}
      >
        {renderRow(index)}
      </div>
    );
  }

  return (
    <div class="rows" role="presentation" style={{ height: `${count * rowHeightPx}px` }}>
      {drawn.map(([, row]) => row)}
    </div>
  );
}

/** Before it is known what is in sight none, or most rows would be drawn twice. */
function toWindow(sight: Sight | undefined, count: number, rowHeightPx: number): Window {
  if (sight === undefined) return { top: 0, bottom: 0, first: 0, last: 0 };
  const { topPx, heightPx } = sight;
  if (heightPx === 0) return { top: 0, bottom: unmeasuredCount, first: 0, last: unmeasuredCount };
  const top = Math.floor(Math.min(topPx, Math.max(0, count * rowHeightPx - heightPx / 2)) / rowHeightPx);
  const bottom = Math.ceil(heightPx / rowHeightPx) + top + 1;
  return {
    top,
    bottom,
    first: Math.max(0, Math.floor((top - overscan) / step) * step),
    last: Math.ceil((bottom + overscan) / step) * step,
  };
}

/** Scrolls just as far as needed to bring a row into sight, below a sticky header of that height. */
export function scrollToRow(
  scroller: HTMLElement,
  index: number,
  rowHeightPx: number,
  headerPx: number,
): void {
  const top = index * rowHeightPx;
  const bottom = top + rowHeightPx + headerPx;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (bottom > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = bottom - scroller.clientHeight;
  }
}

/** Gives the focus to the row with that `data-id`, if it is drawn, without scrolling. */
export function focusRow(scroller: HTMLElement, id: string): void {
  const rows = [...scroller.querySelectorAll<HTMLElement>("[data-id]")];
  rows.find((row) => row.dataset["id"] === id)?.focus({ preventScroll: true });
}
