import { shiftRange, toRangeAround, zoomRange, type TimeRange } from "../derive/time-range.js";

/** How much a pixel of the wheel zooms; mice turn by a hundred at once, touchpads by a few. */
const wheelZoom = 0.006;
const maxWheelPx = 60;

/** A picture of time: its total length, and the visible part. */
export interface ZoomedTime {
  readonly wholeMs: number;
  readonly range: TimeRange;
  /** Whether only a part is visible. */
  readonly isZoomed: boolean;
}

/** The range after a turn of the wheel: with Ctrl it zooms at the pointer, sideways it scrolls; undefined if nothing changes. */
export function toWheelRange(
  event: WheelEvent,
  box: DOMRect | undefined,
  { wholeMs, range, isZoomed }: ZoomedTime,
): TimeRange | undefined {
  if (!box || box.width === 0) return undefined;
  const { deltaX, deltaY, clientX, ctrlKey, shiftKey } = event;
  const rangeMs = range.endMs - range.startMs;
  if (ctrlKey) {
    const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
    const turnedPx = Math.min(maxWheelPx, Math.max(-maxWheelPx, deltaY));
    return zoomRange(range, Math.exp(turnedPx * wheelZoom), range.startMs + share * rangeMs, wholeMs);
  }
  const isSideways = Math.abs(deltaX) > Math.abs(deltaY) || shiftKey;
  if (!isSideways || !isZoomed) return undefined;
  return shiftRange(range, ((deltaX === 0 ? deltaY : deltaX) / box.width) * rangeMs, wholeMs);
}

/**
 * The range after a key: `+` and `-` zoom around the middle of what has the focus, `z` shows just that, `0` all of the time (a
 * `range` of undefined). Itself undefined for a key that does not zoom.
 */
export function toKeyRange(
  key: string,
  at: TimeRange | undefined,
  { wholeMs, range }: ZoomedTime,
): { readonly range: TimeRange | undefined } | undefined {
  const { startMs, endMs } = at ?? range;
  const middleMs = Math.min(range.endMs, Math.max(range.startMs, (startMs + endMs) / 2));
  switch (key) {
    case "+":
    case "=":
      return { range: zoomRange(range, 0.5, middleMs, wholeMs) };
    case "-":
      return { range: zoomRange(range, 2, middleMs, wholeMs) };
    case "z":
      return at && { range: toRangeAround(at, wholeMs) };
    case "0":
      return { range: undefined };
    default:
      return undefined;
  }
}
