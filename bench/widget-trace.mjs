// The view of a trace in Chromium, in milliseconds from a change to the screen: opening it, scrolling (median and worst
// frame), searching, and one more span in a trace that is shown; beside all rows as plain DOM, and the same bars on a canvas.
import { openPage } from "./browser-page.mjs";

const counts = [1000, 10_000, 100_000];

/** The lines to measure, and what closes the browser that they are measured in. */
export async function openWidgetTrace() {
  const { act, close } = await openPage("widget-trace-page.js");
  return { lines: counts.flatMap((count) => linesOf(count, act)), close };
}

function linesOf(count, act) {
  const title = (what) => `${what}, ${count.toLocaleString("en-US")} spans`;
  const opened = (name, action) => ({ name, measure: () => act(action, count) });
  const scrolled = (name, action, pick) => ({
    name,
    async measure() {
      await act(action, count);
      return pick((await act("scroll")).toSorted((a, b) => a - b));
    },
  });
  const median = (frames) => frames[Math.floor(frames.length / 2)];
  const worst = (frames) => frames.at(-1);
  const afterOpen = (name, run) => ({
    name,
    async measure() {
      await act("open", count);
      return run();
    },
  });
  const plain = opened("plain rows, drawn anew", "plainRows");
  const canvas = opened("canvas", "canvas");
  const lines = [
    {
      title: title("open"),
      ours: opened("Spanbook", "open"),
      peer: opened("plain rows", "plainRows"),
      floor: canvas,
    },
    ...[
      ["scroll, median frame", median],
      ["scroll, worst frame", worst],
    ].map(([what, pick]) => ({
      title: title(what),
      ours: scrolled("Spanbook", "open", pick),
      peer: scrolled("plain rows", "plainRows", pick),
    })),
    {
      title: title("search"),
      ours: afterOpen("Spanbook", () => act("search", "parser 3")),
      peer: plain,
      floor: canvas,
    },
    {
      title: title("one span more"),
      ours: afterOpen("Spanbook", () => act("grow")),
      peer: plain,
      floor: canvas,
    },
  ];
  // A page of plain rows is at its best where there are few.
  return lines.map((line) => ({ ...line, unit: "ms", target: count > 1000 ? { toPeer: 1 } : {} }));
}
