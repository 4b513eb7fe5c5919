import type { DurationBin, DurationQuantiles, TraceStats } from "@spanbook/core/store";
import { formatCount, formatDuration, formatPlural, formatRoundDuration } from "../../derive/format.js";
import type { Plot } from "./figure.js";
import { toFrame } from "./frame.js";

/** How frequent each duration is, with the 50th, 95th and 99th percentile. */
export function drawLatencies(
  plot: Plot,
  { durationBins: bins, durationMs: quantiles }: TraceStats,
  widthPx: number,
): Element {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const rules = quantiles
    ? (["p50", "p95", "p99"] as const).map((name) => ({ name, ms: Math.max(1e-4, quantiles[name]) }))
    : [];
  const most = bins.reduce((high, { count }) => Math.max(high, count), 0);
  return plot.plot({
    ...toFrame(widthPx, `Distribution of ${formatCount(total)} durations${toWords(quantiles)}`),
    marginTop: 20,
    x: {
      type: "log",
      label: null,
      tickSize: 0,
      ticks: toLogTicks(bins[0]?.fromMs ?? 1, bins.at(-1)?.toMs ?? 1, widthPx / minTickPx),
      tickFormat: (ms: number) => formatRoundDuration(ms),
    },
    y: { label: null, tickSize: 0, grid: true, ticks: 3, tickFormat: "~s", domain: [0, Math.max(1, most)] },
    marks: [
      plot.rectY(bins, {
        x1: "fromMs",
        x2: "toMs",
        y: "count",
        fill: "var(--_accent)",
        fillOpacity: 0.55,
        insetRight: widthPx > 500 ? 1 : 0.5,
      }),
      plot.ruleX(rules, { x: "ms", stroke: "var(--_text-muted)", strokeDasharray: "3,2" }),
      plot.text(withoutOverlap(rules), {
        x: "ms",
        text: "name",
        frameAnchor: "top",
        dy: -12,
        fill: "var(--_text-muted)",
      }),
      plot.tip(
        bins,
        plot.pointer({ x1: "fromMs", x2: "toMs", y: "count", title: toTitle, fontSize: 12, textPadding: 8 }),
      ),
    ],
  });
}

const minTickPx = 70;

/** Round values on a logarithmic axis, at most `most`: 1, 2 and 5 of each power of ten, or only the powers. */
function toLogTicks(fromMs: number, toMs: number, most: number): number[] {
  const powers: number[] = [];
  for (let power = Math.floor(Math.log10(fromMs)); 10 ** power <= toMs; power++) powers.push(power);
  const isWithin = (ms: number) => ms >= fromMs && ms <= toMs;
  const fine = powers.flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power)).filter(isWithin);
  if (fine.length <= most) return fine;
  const stride = Math.ceil(powers.length / most);
  return powers
    .filter((_, index) => index % stride === 0)
    .map((power) => 10 ** power)
    .filter(isWithin);
}

interface Rule {
  readonly name: string;
  readonly ms: number;
}

/** Gives quantiles that nearly coincide a common label. */
function withoutOverlap(rules: readonly Rule[]): Rule[] {
  const apart: Rule[] = [];
  for (const { name, ms } of rules) {
    const last = apart.at(-1);
    if (last && ms < last.ms * 1.25) apart[apart.length - 1] = { ms: last.ms, name: `${last.name} ${name}` };
    else apart.push({ name, ms });
  }
  return apart;
}

function toWords(quantiles: DurationQuantiles | undefined): string {
  if (!quantiles) return "";
  const { p50, p95, p99 } = quantiles;
  return `; p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}, p99 ${formatDuration(p99)}`;
}

function toTitle({ fromMs, toMs, count }: DurationBin): string {
  return `${formatPlural(count, "trace")}\n${formatDuration(fromMs)} – ${formatDuration(toMs)}`;
}
