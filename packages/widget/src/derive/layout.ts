/** How the explorer divides its room. */
export interface Layout {
  /** The list stays beside an open trace. */
  readonly hasSideList: boolean;
  /** Where a span's details are. "over" covers the trace. */
  readonly details: "beside" | "below" | "over";
  /** Bars under the names instead of beside them. */
  readonly isNarrowTree: boolean;
  /** There is height for the minimap and the search above a trace's spans without being asked. */
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
