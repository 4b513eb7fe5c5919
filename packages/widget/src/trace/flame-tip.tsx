import type { SpanDigest } from "@spanbook/core/model";
import type { FlameFrame } from "../derive/flame.js";
import { formatCount, formatDuration } from "../derive/format.js";
import { toTypeLabel } from "../derive/type-label.js";
import { toName } from "../derive/visible-text.js";

interface FlameTipProps {
  readonly frame: FlameFrame;
  /** The frame's first span. */
  readonly span: SpanDigest | undefined;
  /** The pointer's position, in a picture of that width. */
  readonly x: number;
  readonly y: number;
  readonly widthPx: number;
}

/** What the pointer is at, shown beside it. */
export function FlameTip({ frame, span, x, y, widthPx }: FlameTipProps) {
  const left = Math.min(x + 12, Math.max(0, widthPx - 240));
  return (
    <div class="flame-tip" aria-hidden style={{ left: `${left}px`, top: `${y + 14}px` }}>
      <strong>{toName(span?.name ?? "", 200)}</strong>
      <span>{toTypeLabel(span?.type ?? "")}</span>
      <span>{toTimes(frame)}</span>
    </div>
  );
}

/** The same in one line. */
export function describeFrame(frame: FlameFrame, name: string): string {
  return `${toName(name, 120)}: ${toTimes(frame)}`;
}

function toTimes({ totalMs, selfMs, places }: FlameFrame): string {
  const spans = places.length > 1 ? `, ${formatCount(places.length)} spans` : "";
  return `${formatDuration(totalMs)}, ${formatDuration(selfMs)} self${spans}`;
}
