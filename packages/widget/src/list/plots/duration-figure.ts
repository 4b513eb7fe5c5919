import { toDots, toDurationTicks, type Dot } from "../../derive/dots.js";
import { formatDuration, formatRoundDuration } from "../../derive/format.js";
import { toPlainWords } from "../../derive/plain-words.js";
import type { TimeSpan } from "../../derive/time-span.js";
import { toVisibleText } from "../../derive/visible-text.js";
import type { TraceInfo } from "@spanbook/core/model";
import type { Plot } from "./figure.js";
import { toFrame, toTimeAxis } from "./frame.js";

/**
 * Durations over time, one dot per trace; its `value` is the dot under the pointer. The time axis covers at least `time`, like
 * the strip above, which includes running traces that have no dot.
 */
export function drawDurations(
  plot: Plot,
  traces: readonly TraceInfo[],
  widthPx: number,
  selectedId: string | undefined,
  time: TimeSpan | undefined,
): Element {
  const dots = toDots(traces);
  const ticks = toDurationTicks(dots.map(({ durationMs }) => durationMs));
  const fromMs = traces.reduce((least, { requestTime: ms }) => Math.min(least, ms), time?.fromMs ?? Infinity);
  const toMs = traces.reduce((most, { requestTime: ms }) => Math.max(most, ms), time?.toMs ?? -Infinity);
  const inset = time ? 0 : 6;
  const at = { x: "time", y: "durationMs" } as const;
  const tip = plot.pointer({ ...at, title: (dot: Dot) => toTitle(dot, widthPx), maxRadius: 24 });
  return plot.plot({
    ...toFrame(widthPx, `Durations of ${dots.length} traces over time`),
    x: {
      ...toTimeAxis(fromMs, toMs, widthPx),
      domain: [new Date(fromMs), new Date(toMs)],
      insetLeft: inset,
      insetRight: inset,
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
      (_, { x, y }) =>
        x && y ? drawDots(dots, ({ time, durationMs }) => `${x(time)} ${y(durationMs)}`) : null,
      plot.dot(
        dots.filter(({ traceId }) => traceId === selectedId),
        { ...at, r: 5.5, stroke: toColor, strokeWidth: 2 },
      ),
      plot.dot(dots, plot.pointer({ ...at, r: 5, fill: toColor, maxRadius: 24 })),
      plot.tip(dots, {
        ...tip,
        textPadding: 8,
        lineHeight: 1.3,
        fontSize: 12,
        pointerSize: 8,
        lineWidth: longestLine,
      }),
    ],
  });
}

const svgNamespace = "http://www.w3.org/2000/svg";

/** One path per color, because two thousand elements take several frames to create and lay out. */
function drawDots(dots: readonly Dot[], toPlace: (dot: Dot) => string): SVGElement {
  const group = document.createElementNS(svgNamespace, "g");
  group.setAttribute("class", "dots");
  const ways = new Map<string, string>();
  for (const dot of dots) {
    const color = toColor(dot);
    ways.set(color, `${ways.get(color) ?? ""}M${toPlace(dot)}h0`);
  }
  for (const [color, way] of ways) {
    const path = document.createElementNS(svgNamespace, "path");
    path.setAttribute("d", way);
    path.setAttribute("stroke", color);
    group.append(path);
  }
  return group;
}

function toColor({ state }: Dot): string {
  return `var(--_${state === "ERROR" ? "error" : state === "OK" ? "ok" : "unfinished"})`;
}

const longestLine = 60;
const longestRead = 300;
const letterPx = 7;
/** The frame of a tip plus its distance from the dot. */
const tipFramePx = 30;

/** The text of a tip: two lines, for which there is height, and half the width, so that it fits beside any dot. */
function toTitle({ name, request = "", durationMs }: Dot, widthPx: number): string {
  const length = Math.min(longestLine, Math.floor((widthPx / 2 - tipFramePx) / letterPx));
  return [`${formatDuration(durationMs)} ${name}`, toPlainWords(request.slice(0, longestRead))]
    .map((text) => toLine(text, length))
    .join("\n")
    .trimEnd();
}

function toLine(text: string, length: number): string {
  const line = text.slice(0, longestRead).trim().replace(/\s+/g, " ");
  return toVisibleText(line.length > length ? `${line.slice(0, length - 1)}…` : line);
}
