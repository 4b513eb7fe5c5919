/** The visible part of a list, in pixels. */
export interface Sight {
  readonly topPx: number;
  /** 0 if nothing is laid out. */
  readonly heightPx: number;
}

/** The visible rows, and the drawn ones: from the first up to, but not including, the last. They may exceed the list's end. */
export interface RowWindow {
  readonly top: number;
  readonly bottom: number;
  readonly first: number;
  readonly last: number;
}

/** Drawn rows change in steps of this many, so that scrolling within a step draws nothing. */
const step = 4;
/** At least this many are drawn beyond the visible ones. */
const overscan = 1;
/** How many are drawn if nothing is laid out. */
const unmeasuredCount = 40;

/**
 * The window of a list with that many rows. At the same height it always has the same number of rows, so that no jump creates or
 * discards elements. Before the visible part is known none are drawn, or most would be drawn twice.
 */
export function toRowWindow(sight: Sight | undefined, count: number, rowHeightPx: number): RowWindow {
  if (sight === undefined) return { top: 0, bottom: 0, first: 0, last: 0 };
  const { topPx, heightPx } = sight;
  if (heightPx === 0) return { top: 0, bottom: unmeasuredCount, first: 0, last: unmeasuredCount };
  const top = Math.floor(Math.min(topPx, Math.max(0, count * rowHeightPx - heightPx / 2)) / rowHeightPx);
  const seenCount = Math.ceil(heightPx / rowHeightPx) + 1;
  const drawnCount = seenCount + 2 * overscan + step - 1;
  const wantedFirst = Math.floor((top - overscan) / step) * step;
  const first = Math.max(0, Math.min(wantedFirst, count - drawnCount));
  return { top, bottom: top + seenCount, first, last: first + drawnCount };
}
