import { joinStretches } from "../derive/critical-path.js";
import { formatDuration } from "../derive/format.js";
import type { TimeRange } from "../derive/time-range.js";
import type { Bar } from "../derive/timeline.js";
import type { TypeTone } from "../design/tokens.js";

interface SpanBarProps {
  readonly tone: TypeTone;
  readonly bar: Bar;
  readonly selfMs: number;
  /** The visible part of the time. */
  readonly range: TimeRange;
  /** When the trace waited for this span. */
  readonly critical: readonly TimeRange[];
}

/** Gaps smaller than this share of the track are invisible. */
const gapShare = 1 / 250;
/** Stretches smaller than this are left out, since dots are only noise, unless they cover all of their span. */
const minShare = 1 / 100;

/** A span in the waterfall; if it is outside the visible part, an arrow to it. */
export function SpanBar({ tone, bar, selfMs, range, critical }: SpanBarProps) {
  const { startMs, endMs } = range;
  const barEndMs = bar.offsetMs + bar.durationMs;
  if (barEndMs < startMs || bar.offsetMs > endMs) {
    const isBefore = barEndMs < startMs;
    const word = isBefore ? "earlier" : "later";
    return (
      <span
        class={`bar-outside chevron ${isBefore ? "before" : "after"}`}
        role="img"
        aria-label={word}
        title={word}
      />
    );
  }
  const lengthMs = endMs - startMs;
  const place = (from: number, to: number) => {
    const left = (Math.max(from, startMs) - startMs) / lengthMs;
    const right = (Math.min(to, endMs) - startMs) / lengthMs;
    return {
      left: `min(${(left * 100).toFixed(3)}%, 100% - 2px)`,
      width: `${(Math.max(0, right - left) * 100).toFixed(3)}%`,
    };
  };
  const seen = critical.filter((stretch) => stretch.endMs > startMs && stretch.startMs < endMs);
  const minMs = Math.min(lengthMs * minShare, bar.durationMs * 0.8);
  const marks = joinStretches(seen, lengthMs * gapShare).filter((mark) => mark.endMs - mark.startMs >= minMs);
  return (
    <>
      <span
        class={`bar tone-${tone}${bar.isOpen ? " open" : ""}`}
        title={toTitle(bar, selfMs, critical.length > 0)}
        style={place(bar.offsetMs, barEndMs)}
      />
      {marks.map((stretch) => (
        <span key={stretch.startMs} class="critical" style={place(stretch.startMs, stretch.endMs)} />
      ))}
    </>
  );
}

function toTitle({ offsetMs, durationMs, isOpen }: Bar, selfMs: number, isCritical: boolean): string {
  const start = formatDuration(Math.max(0, offsetMs));
  const lines = [
    isOpen ? `open since ${start}` : `${formatDuration(durationMs)} from ${start}`,
    `${formatDuration(selfMs)} self time`,
    ...(isCritical ? ["on the critical path"] : []),
  ];
  return lines.join("\n");
}
