import type { RefObject } from "preact";

/** Rows of one height in what scrolls, of which those in sight are drawn. */
export interface RowList {
  /** What scrolls; the rows may have a sticky header above them in it. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly rowHeightPx: number;
  /** What stays the same while rows come and go above it. */
  readonly keyOf: (index: number) => string;
  /** Where a row is, or what stands for it; -1 for none. The same function as long as the rows are the same. */
  readonly indexOf: (key: string) => number;
}
