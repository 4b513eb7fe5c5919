/** What is seen of a list's rows, in pixels. */
export interface Sight {
  readonly topPx: number;
  /** 0 where nothing is laid out. */
  readonly heightPx: number;
}

/** The rows in sight, and those that are drawn: from the first up to before the last. They may be beyond the list's end. */
export interface RowWindow {
  readonly top: number;
  readonly bottom: number;
  readonly first: number;
  readonly last: number;
}

/** Drawn rows change in steps of so many, so that scrolling within a step draws nothing. */
const step = 4;
/** At least so many are drawn beyond what is in sight. */
const overscan = 1;
/** What is drawn where nothing is laid out. */
const unmeasuredCount = 40;

/**
 * The window of a list with so many rows. As long as its height stays, it has the same number of them, so that no jump makes or throws
 * away elements. Before it is known what is in sight none are drawn, or most would be drawn twice.
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
