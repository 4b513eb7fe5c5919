import type { TraceInfo } from "@spanbook/core/model";
import { useEffect, useRef, useState } from "preact/hooks";
import { toDots, toDurationTicks, toTimeTicks, type Dot } from "../derive/dots.js";
import { formatDuration, formatRoundDuration } from "../derive/format.js";
import type * as PlotModule from "./plot-parts.js";

type Plot = typeof PlotModule;

interface DurationPlotProps {
  readonly traces: readonly TraceInfo[];
  readonly widthPx: number;
  readonly selectedId: string | undefined;
  readonly onSelect: (traceId: string) => void;
}

const heightPx = 116;

/** Durations over time, a dot a trace. Plot is fetched when the first is drawn, except from a single-file bundle. */
export function DurationPlot({ traces, widthPx, selectedId, onSelect }: DurationPlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<Plot | Error | undefined>(undefined);

  useEffect(() => {
    import("./plot-parts.js").then(setPlot, (error: unknown) => setPlot(new Error(String(error))));
  }, []);

  useEffect(() => {
    const { current } = place;
    if (current === null || plot === undefined || plot instanceof Error) return undefined;
    const dots = toDots(traces);
    const figure = draw(plot, dots, widthPx, selectedId);
    // Its rules are in our own sheet: a page's policy may not allow style elements.
    figure.querySelector("style")?.remove();
    // One picture with one name: its parts have names that only styles know.
    figure.setAttribute("role", "img");
    for (const part of figure.children) part.setAttribute("aria-hidden", "true");
    const onClick = () => {
      const { value } = figure as { value?: Dot | null };
      if (value) onSelect(value.traceId);
    };
    figure.addEventListener("click", onClick);
    current.replaceChildren(figure);
    return undefined;
  }, [plot, traces, widthPx, selectedId, onSelect]);

  if (plot instanceof Error) return null;
  return <div class="plot" ref={place} style={{ height: `${heightPx}px` }} />;
}

function draw(plot: Plot, dots: readonly Dot[], widthPx: number, selectedId: string | undefined): Element {
  const durations = dots.map(({ durationMs }) => durationMs);
  const ticks = toDurationTicks(durations);
  const times = toTimeTicks(dots, widthPx);
  const at = { x: "time", y: "durationMs" } as const;
  const tip = plot.pointer({ ...at, title: toTitle, maxRadius: 24 });
  return plot.plot({
    className: "plot-figure",
    width: widthPx,
    height: heightPx,
    marginLeft: 58,
    marginRight: 16,
    marginTop: 10,
    marginBottom: 22,
    ariaLabel: `Durations of ${dots.length} traces over time`,
    x: {
      type: "time",
      ticks: [...times.values],
      tickFormat: times.format,
      label: null,
      tickSize: 0,
      insetLeft: 6,
      insetRight: 6,
    },
    y: {
      type: ticks.isLog ? "log" : "linear",
      domain: ticks.domain,
      ticks: [...ticks.values],
      tickFormat: (ms: number) => (ms === 0 ? "0" : formatRoundDuration(ms)),
      label: null,
      tickSize: 0,
      grid: true,
    },
    marks: [
      plot.dot(dots, { ...at, r: 3, fill: toColor, fillOpacity: 0.75, className: "dots" }),
      plot.dot(
        dots.filter(({ traceId }) => traceId === selectedId),
        { ...at, r: 5.5, stroke: toColor, strokeWidth: 2 },
      ),
      plot.dot(dots, plot.pointer({ ...at, r: 5, fill: toColor, maxRadius: 24 })),
      plot.tip(dots, { ...tip, textPadding: 8, lineHeight: 1.35, fontSize: 12 }),
    ],
  });
}

function toColor({ state }: Dot): string {
  return `var(--_${state === "ERROR" ? "error" : state === "OK" ? "ok" : "unfinished"})`;
}

function toTitle({ name, durationMs }: Dot): string {
  return `${name.slice(0, 60)}\n${formatDuration(durationMs)}`;
}
