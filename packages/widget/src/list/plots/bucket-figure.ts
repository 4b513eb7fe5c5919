import type { TimeBucket, TraceStats } from "@spanbook/core/store";
import { formatClock, formatPlural, formatShortCount } from "../../derive/format.js";
import type { Plot } from "./figure.js";
import { toFrame, toTimeAxis } from "./frame.js";

interface Measure {
  readonly noun: string;
  readonly color: string;
  readonly of: (bucket: TimeBucket) => number;
}

export const tokenMeasure: Measure = {
  noun: "token",
  color: "var(--_type-model)",
  of: ({ totalTokens }) => totalTokens,
};

export const errorMeasure: Measure = {
  noun: "failed trace",
  color: "var(--_error)",
  of: ({ errorCount }) => errorCount,
};

/** Bars over time, one for each bucket. */
export function drawBuckets(
  plot: Plot,
  { buckets, bucketMs }: TraceStats,
  { noun, color, of }: Measure,
  widthPx: number,
): Element {
  const fromMs = buckets[0]?.startMs ?? 0;
  const toMs = (buckets.at(-1)?.startMs ?? 0) + bucketMs;
  const total = buckets.reduce((sum, bucket) => sum + of(bucket), 0);
  const most = buckets.reduce((high, bucket) => Math.max(high, of(bucket)), 0);
  const at = {
    x1: ({ startMs }: TimeBucket) => new Date(startMs),
    x2: ({ startMs }: TimeBucket) => new Date(startMs + bucketMs),
    y: of,
  };
  return plot.plot({
    ...toFrame(widthPx, `${formatPlural(total, noun)} over time`),
    marginTop: 20,
    marginLeft: 46,
    x: { ...toTimeAxis(fromMs, toMs, widthPx), domain: [new Date(fromMs), new Date(toMs)] },
    y: {
      label: null,
      tickSize: 0,
      grid: true,
      ticks: 3,
      domain: [0, Math.max(1, most)],
      tickFormat: (count: number) => (Number.isInteger(count) ? formatShortCount(count) : ""),
    },
    marks: [
      plot.rectY(buckets, { ...at, fill: color, fillOpacity: 0.75, insetLeft: widthPx > 320 ? 0.5 : 0 }),
      plot.text([`${formatShortCount(total)} ${noun}${total === 1 ? "" : "s"}`], {
        frameAnchor: "top-left",
        dy: -14,
        fill: "var(--_text-muted)",
      }),
      plot.tip(
        buckets,
        plot.pointer({
          ...at,
          title: (bucket: TimeBucket) =>
            `${formatPlural(of(bucket), noun)}\nfrom ${formatClock(bucket.startMs, true)}`,
          fontSize: 12,
          textPadding: 8,
        }),
      ),
    ],
  });
}
