import { toTimeTicks } from "../../derive/dots.js";

/** In pixels, for every drawing. */
const figureHeightPx = 112;

/** What all drawings have in common. */
export function toFrame(widthPx: number, name: string) {
  return {
    className: "plot-figure",
    width: widthPx,
    height: figureHeightPx,
    marginLeft: 58,
    marginRight: 16,
    marginTop: 12,
    marginBottom: 22,
    ariaLabel: name,
  };
}

/** An axis of times in the user's zone. */
export function toTimeAxis(fromMs: number, toMs: number, widthPx: number) {
  const ticks = toTimeTicks(fromMs, toMs, widthPx);
  return {
    type: "time" as const,
    ticks: [...ticks.values],
    tickFormat: ticks.format,
    label: null,
    tickSize: 0,
  };
}
