import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface VirtualRowsProps {
  /** What scrolls; the rows may have a sticky header above them in it. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly rowHeightPx: number;
  /** What stays the same while rows come and go above it. */
  readonly keyOf: (index: number) => string;
  /** Drawn even when out of sight, because it holds the focus; -1 for none. */
  readonly activeIndex: number;
  readonly renderRow: (index: number) => ComponentChildren;
  /** Called with the last row in sight, for loading more. */
  readonly onReach?: (lastIndex: number) => void;
}

interface Window {
  readonly first: number;
  readonly last: number;
}

const overscan = 4;
const maxPrinted = 2000;
/** What is drawn before anything was measured, and where nothing is laid out. */
const initialCount = 40;

/**
 * The rows in sight of a list of any length. Rows are of one height and placed absolutely. When rows are put in above, what
 * the reader sees stays where it is, unless the list stands at its top.
 */
export function VirtualRows(props: VirtualRowsProps) {
  const { scroller, count, rowHeightPx, keyOf, activeIndex, renderRow, onReach } = props;
  const [{ first, last }, setWindow] = useState<Window>({ first: 0, last: initialCount });
  const anchor = useRef<{ key: string; index: number } | undefined>(undefined);
  /** As the scroller was last seen: to ask it while rows change would lay all of them out once more. */
  const sight = useRef({ topPx: 0, heightPx: 0 });

  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null) return undefined;
    // On paper nothing scrolls: all rows are drawn, up to what is sensible to print.
    const unfold = () => setWindow({ first: 0, last: maxPrinted });
    const look = () => {
      sight.current = { topPx: current.scrollTop, heightPx: current.clientHeight };
      update();
    };
    const update = () => {
      const { topPx, heightPx } = sight.current;
      if (heightPx === 0) return;
      const top = Math.floor(Math.min(topPx, Math.max(0, count * rowHeightPx - heightPx / 2)) / rowHeightPx);
      const bottom = Math.ceil(heightPx / rowHeightPx) + top + 1;
      anchor.current = top > 0 && top < count ? { key: keyOf(top), index: top } : undefined;
      // In steps, so that scrolling within a step draws nothing.
      const next = {
        first: Math.max(0, Math.floor(top / overscan - 1) * overscan),
        last: Math.ceil(bottom / overscan + 1) * overscan,
      };
      setWindow((known) => (known.first === next.first && known.last === next.last ? known : next));
      onReach?.(Math.min(bottom, count) - 1);
    };
    keepInPlace(current);
    if (sight.current.heightPx === 0) look();
    else update();
    current.addEventListener("scroll", look, { passive: true });
    const observer = typeof ResizeObserver === "undefined" ? undefined : new ResizeObserver(look);
    observer?.observe(current);
    addEventListener("beforeprint", unfold);
    addEventListener("afterprint", look);
    return () => {
      removeEventListener("beforeprint", unfold);
      removeEventListener("afterprint", look);
      current.removeEventListener("scroll", look);
      observer?.disconnect();
    };
  }, [count, rowHeightPx, keyOf, onReach]);

  function keepInPlace(current: HTMLElement): void {
    const seen = anchor.current;
    if (seen === undefined || keyAt(seen.index) === seen.key) return;
    // New rows are few beside those that were there: look near the old place first.
    for (let distance = 1; distance < count; distance++) {
      for (const index of [seen.index + distance, seen.index - distance]) {
        if (keyAt(index) !== seen.key) continue;
        sight.current.topPx = current.scrollTop += (index - seen.index) * rowHeightPx;
        return;
      }
    }
  }

  function keyAt(index: number): string | undefined {
    return index >= 0 && index < count ? keyOf(index) : undefined;
  }

  const indexes: number[] = [];
  for (let index = first; index < Math.min(last, count); index++) indexes.push(index);
  if (activeIndex >= 0 && activeIndex < first) indexes.unshift(activeIndex);
  if (activeIndex >= last && activeIndex < count) indexes.push(activeIndex);
  return (
    <div class="rows" role="presentation" style={{ height: `${count * rowHeightPx}px` }}>
      {indexes.map((index) => (
        <div
          key={keyOf(index)}
          class="row-place"
          role="presentation"
          style={{ transform: `translateY(${index * rowHeightPx}px)`, height: `${rowHeightPx}px` }}
        >
          {renderRow(index)}
        </div>
      ))}
    </div>
  );
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
