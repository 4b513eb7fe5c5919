// The list of traces in Chromium, in milliseconds from a change to the screen: opening it, scrolling through the first 10,000
// (median and worst frame), and finding a few by a filter; beside all traces as rows of Preact.
import { openPage } from "./browser-page.mjs";
import { median, once } from "./harness.mjs";

const counts = [1000, 10_000, 100_000];

/** The lines to measure, and what closes the browser that they are measured in. */
export async function openWidgetList() {
  const page = await openPage("widget-list-page.js");
  return { lines: counts.flatMap((count) => linesOf(count, page)), close: page.close };
}

function linesOf(count, { act }) {
  const ours = once(async () => {
    const open = await act("open", count);
    const search = await act("search");
    await act("open", count);
    await act("readOn");
    const scroll = (await act("scroll")).toSorted((a, b) => a - b);
    await act("close");
    return { open, search, scroll: median(scroll), scrollWorst: scroll.at(-1) };
  });
  const rows = once(
    async () => {
      const open = await act("rows", count);
      const scroll = (await act("scroll")).toSorted((a, b) => a - b);
      await act("close");
      return { open, scroll: median(scroll), scrollWorst: scroll.at(-1) };
    },
    count < 100_000 ? Infinity : 1,
  );
  const line = (what, figure, rowFigure = figure) => ({
    title: `${what}, ${count.toLocaleString("en-US")} traces`,
    unit: "ms",
    ours: { name: "Spanbook", measure: ours(figure) },
    peer: { name: "Preact rows", measure: rows(rowFigure) },
    target: count > 1000 ? { toPeer: 1 } : {},
  });
  return [
    line("open list", "open"),
    line("scroll list, median frame", "scroll"),
    line("scroll list, worst frame", "scrollWorst"),
    line("search list", "search", "open"),
  ];
}
