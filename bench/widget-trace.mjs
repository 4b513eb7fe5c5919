// The view of a trace in Chromium, in milliseconds: from a change to the screen, and the longest that the screen stands still
// while it is used; beside all spans as rows of Preact, Plot alone, and a canvas, than which nothing can be faster.
import { openPage } from "./browser-page.mjs";
import { median, once } from "./harness.mjs";

const counts = [1000, 10_000, 100_000];

/** The lines to measure, and what closes the browser that they are measured in. */
export async function openWidgetTrace() {
  const page = await openPage("widget-trace-page.js");
  return { lines: counts.flatMap((count) => linesOf(count, page)), close: page.close };
}

function linesOf(count, { act, heapMb }) {
  const ours = once(async () => {
    await act("close");
    const heapBefore = await heapMb();
    const open = await act("open", count);
    await act("settle");
    const heapOpen = await heapMb();
    const scroll = (await act("scroll")).toSorted((a, b) => a - b);
    const search = await act("search", "parser 3");
    await act("search", "");
    const grow = await act("grow");
    const growFrame = await act("longestFrameOfGrowing");
    const frames = await act("longestFrames");
    const flame = await act("flame");
    await act("close");
    return {
      open,
      scroll: median(scroll),
      scrollWorst: scroll.at(-1),
      search,
      frame: Math.max(...Object.values(frames)),
      grow,
      growFrame,
      flame,
      heap: heapOpen - heapBefore,
      heapLeft: Math.max(0, (await heapMb()) - heapBefore),
    };
  });
  // All at once they take seconds.
  const most = count < 100_000 ? Infinity : 1;
  const rows = once(async () => {
    await act("close");
    const heapBefore = await heapMb();
    const open = await act("rows", count);
    const heap = (await heapMb()) - heapBefore;
    const scroll = (await act("scroll")).toSorted((a, b) => a - b);
    return { open, scroll: median(scroll), scrollWorst: scroll.at(-1), heap };
  }, most);
  const plot = once(async () => ({ open: await act("plot", count) }), most);
  const canvas = once(async () => ({ open: await act("canvas", count) }));

  const line = (what, figure, rivals, unit = "ms") => ({
    title: `${what}, ${count.toLocaleString("en-US")} spans`,
    unit,
    ours: { name: "Spanbook", measure: ours(figure) },
    ...rivals,
    // All rows at once are at their best where there are few.
    target: count > 1000 ? { toPeer: 1 } : {},
  });
  const byRows = (figure) => ({ peer: { name: "Preact rows", measure: rows(figure) } });
  const byPlot = { peer: { name: "Plot", measure: plot("open") } };
  const floor = { floor: { name: "canvas", measure: canvas("open") } };
  return [
    line("open", "open", { ...byRows("open"), ...floor }),
    line("open", "open", { ...byPlot, ...floor }),
    line("scroll, median frame", "scroll", byRows("scroll")),
    line("scroll, worst frame", "scrollWorst", byRows("scrollWorst")),
    line("search", "search", { ...byRows("open"), ...floor }),
    line("search, collapse, zoom: longest frame", "frame", byRows("open")),
    line("one span more", "grow", { ...byRows("open"), ...floor }),
    line("one span more, longest frame", "growFrame", byRows("open")),
    line("flame graph", "flame", { ...byPlot, ...floor }),
    line("heap while open", "heap", byRows("heap"), "MB"),
    line("heap left when disposed of", "heapLeft", byRows("heap"), "MB"),
  ];
}
