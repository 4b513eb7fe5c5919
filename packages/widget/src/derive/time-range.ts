/** A part of a timeline, in milliseconds from its start. */
export interface TimeRange {
  readonly startMs: number;
  /** Greater than `startMs`. */
  readonly endMs: number;
}

/** One nanosecond: nothing is measured below it. */
const minMs = 1e-6;

/** A range between two times in either order, limited to 0 and the whole. */
export function toRange(fromMs: number, toMs: number, wholeMs: number): TimeRange {
  const within = (ms: number) => Math.min(wholeMs, Math.max(0, ms));
  const [startMs, endMs] = [within(Math.min(fromMs, toMs)), within(Math.max(fromMs, toMs))];
  if (endMs - startMs >= minMs) return { startMs, endMs };
  const start = Math.max(0, Math.min(startMs, wholeMs - minMs));
  return { startMs: start, endMs: start + minMs };
}

/** A range made longer (factor above 1) or shorter around a time in it; undefined if that is the whole again. */
export function zoomRange(
  { startMs, endMs }: TimeRange,
  factor: number,
  aroundMs: number,
  wholeMs: number,
): TimeRange | undefined {
  const lengthMs = Math.max(minMs, (endMs - startMs) * factor);
  if (lengthMs >= wholeMs) return undefined;
  const share = (aroundMs - startMs) / (endMs - startMs);
  const start = Math.min(wholeMs - lengthMs, Math.max(0, aroundMs - share * lengthMs));
  return { startMs: start, endMs: start + lengthMs };
}

/** A range of the same length, shifted; it stops at both ends of the whole. */
export function shiftRange({ startMs, endMs }: TimeRange, byMs: number, wholeMs: number): TimeRange {
  const by = Math.min(wholeMs - endMs, Math.max(-startMs, byMs));
  return { startMs: startMs + by, endMs: endMs + by };
}

/** A range that shows a span with a small margin; undefined if that is the whole. */
export function toRangeAround(span: TimeRange, wholeMs: number): TimeRange | undefined {
  const marginMs = (span.endMs - span.startMs) * 0.06;
  const range = toRange(span.startMs - marginMs, span.endMs + marginMs, wholeMs);
  return range.endMs - range.startMs >= wholeMs ? undefined : range;
}
