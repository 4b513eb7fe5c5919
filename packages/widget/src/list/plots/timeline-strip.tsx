import type { TraceStats } from "@spanbook/core/store";
import { useMemo } from "preact/hooks";
import { formatTime } from "../../derive/format.js";
import type { TimeSpan } from "../../derive/time-span.js";
import { RangeStrip } from "../../parts/range-strip.js";

interface TimelineStripProps {
  readonly stats: TraceStats;
  readonly time: TimeSpan | undefined;
  readonly nowMs: number;
  readonly onTime: (time: TimeSpan | undefined) => void;
}

/** The number of traces over time, failed ones in red; the reader can select a part of the time on it. */
export function TimelineStrip({ stats, time, nowMs, onTime }: TimelineStripProps) {
  const { fromMs, toMs } = toTime(stats);
  const wholeMs = toMs - fromMs;
  const paths = useMemo(() => toPaths(stats, fromMs), [stats]);
  return (
    <div class="timeline-strip" role="group" aria-label="Time">
      <RangeStrip
        wholeMs={wholeMs}
        range={time && { startMs: time.fromMs - fromMs, endMs: time.toMs - fromMs }}
        hint="Drag to select a time"
        startLabel="Start of the listed time"
        endLabel="End of the listed time"
        toText={(ms) => formatTime(fromMs + ms, nowMs)}
        onRange={(range) =>
          onTime(
            range && {
              fromMs: Math.floor(fromMs + range.startMs),
              toMs: Math.ceil(fromMs + range.endMs),
            },
          )
        }
      >
        <svg viewBox={`0 0 ${wholeMs} 1`} preserveAspectRatio="none" aria-hidden>
          <path class="strip-bars" d={paths.all} />
          <path class="strip-bars failed" d={paths.failed} />
        </svg>
      </RangeStrip>
    </div>
  );
}

/** The time between the first and the last bucket; empty if there are none. */
export function toTime({ buckets, bucketMs }: Pick<TraceStats, "buckets" | "bucketMs">): TimeSpan {
  const [first, last] = [buckets[0], buckets.at(-1)];
  return first && last ? { fromMs: first.startMs, toMs: last.startMs + bucketMs } : { fromMs: 0, toMs: 0 };
}

/** Bars from the bottom; a bucket with any trace is tall enough to see. */
function toPaths({ buckets, bucketMs }: TraceStats, fromMs: number) {
  const most = buckets.reduce((high, { traceCount }) => Math.max(high, traceCount), 1);
  const bar = (startMs: number, count: number) => {
    const height = count === 0 ? 0 : 0.12 + 0.83 * (count / most);
    return `M${startMs - fromMs} 1v${-height}h${bucketMs * 0.85}v${height}z`;
  };
  return {
    all: buckets.map(({ startMs, traceCount }) => bar(startMs, traceCount)).join(""),
    failed: buckets
      .map(({ startMs, errorCount }) => (errorCount > 0 ? bar(startMs, errorCount) : ""))
      .join(""),
  };
}
