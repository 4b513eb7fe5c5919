import type { RefObject } from "preact";

/** Rows of equal height in a scroller, of which the visible ones are drawn. */
export interface RowList {
  /** The scroller; there may be a sticky header above the rows. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly rowHeightPx: number;
  /** A key that stays the same while rows come and go above. */
  readonly keyOf: (index: number) => string;
  /** The index of a row, or of what stands for it; -1 for none. The same function as long as the rows are the same. */
  readonly indexOf: (key: string) => number;
}
