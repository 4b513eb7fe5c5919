/** How the explorer divides its space. */
export interface Layout {
  /** Whether the list stays beside an open trace. */
  readonly hasSideList: boolean;
  /** Where a span's details are. "over" covers the trace. */
  readonly details: "beside" | "below" | "over";
  /** Whether bars are under the names instead of beside them. */
  readonly isNarrowTree: boolean;
  /** Whether there is height to show the minimap and the search above a trace's spans by default. */
  readonly hasRoomAbove: boolean;
}

const sideListPx = 1120;
const besidePx = 760;
const belowHeightPx = 520;
const narrowTreePx = 480;
const roomAbovePx = 440;

/** The layout for a host of that size. */
export function toLayout(widthPx: number, heightPx: number): Layout {
  const details = widthPx >= besidePx ? "beside" : heightPx >= belowHeightPx ? "below" : "over";
  return {
    hasSideList: widthPx >= sideListPx,
    details,
    isNarrowTree: widthPx < narrowTreePx,
    hasRoomAbove: heightPx >= roomAbovePx,
  };
}
