// The view of a trace in Chromium, in milliseconds: from a change to the screen, and the longest that the screen stands still
// while it is used; compared with all spans as rows of Preact, Plot alone, and a canvas, the fastest that is possible.
import { openPage } from "./browser-page.mjs";
import { median, once } from "./harness.mjs";

/** The traces to measure, by the names of their parts. `openMs` is how soon the first picture must be there. */
export const traceShapes = {
  "1k": { count: 1000, shape: "agent", openMs: 50 },
  "10k": { count: 10_000, shape: "agent" },
  "100k": { count: 100_000, shape: "agent", openMs: 150 },
  deep: { count: 5000, shape: "deep" },
  wide: { count: 50_000, shape: "wide" },
};

/** Two frames at 60 per second: nobody sees a pause. In a page, clocks are exact to 0.1 ms. */
export const maxFrameMs = 33.4;

/** The lines to measure, and a function that closes their browser. */
export async function openWidgetTrace(name) {
  const page = await openPage("widget-trace-page.js");
  return { lines: linesOf(traceShapes[name], page), close: page.close };
}

function linesOf({ count, shape, openMs }, { act, wheel, heapMb, reload }) {
  const cold = once(async () => {
    await reload();
    const { firstMs } = await act("open", count, shape);
    return { open: firstMs };
  });
  const ours = once(async () => {
    // Measuring the heap discards compiled code; the time to compile it again is not measured.
    await act("open", count, shape);
    await act("settle");
    const open = await act("open", count, shape);
    await act("settle");
    const wheeled = await wheel(300, 500, 6000);
    const scroll = await act("scroll");
    const search = await act("search", "parser 3");
    await act("search", "");
    const grow = await act("grow");
    const growFrame = await act("longestFrameOfGrowing");
    const frames = await act("longestFrames");
    const flame = await act("flame");
    await act("close");
    const heapBefore = await heapMb();
    await act("open", count, shape);
    await act("settle");
    const heapOpen = await heapMb();
    await act("close");
    return {
      open: open.firstMs,
      whole: open.wholeMs,
      openFrame: open.frameMs,
      ...{ wheel: median(wheeled), wheelWorst: Math.max(...wheeled) },
      ...{ scroll: median(scroll), scrollWorst: Math.max(...scroll) },
      search,
      frame: Math.max(...Object.values(frames)),
      grow,
      growFrame,
      flame,
      heap: heapOpen - heapBefore,
      heapLeft: Math.max(0, (await heapMb()) - heapBefore),
    };
  });
  // All rows at once take seconds.
  const most = count <= 10_000 ? Infinity : 1;
  const rows = once(async () => {
    await act("close");
    const heapBefore = await heapMb();
    const open = await act("rows", count, shape);
    const heap = (await heapMb()) - heapBefore;
    const scroll = await act("scroll");
    return { open, scroll: median(scroll), scrollWorst: Math.max(...scroll), heap };
  }, most);
  const plot = once(async () => ({ open: await act("plot", count, shape) }), most);
  const canvas = once(async () => {
    const open = await act("canvas", count, shape);
    const scroll = await act("canvasScroll", count, shape);
    return { open, scroll: median(scroll), scrollWorst: Math.max(...scroll) };
  });

  const title = `${count.toLocaleString("en-US")} spans${shape === "agent" ? "" : `, ${shape}`}`;
  // All rows at once do best when there are few.
  const usual = count > 1000 ? { toPeer: 0.2 } : {};
  const besidePlot = count > 1000 ? { toPeer: 0.9 } : {};
  const line = (what, figure, rivals, target = usual, unit = "ms") => ({
    title: `${what}, ${title}`,
    unit,
    ours: {
      name: "Spanbook",
      measure: (figure === "cold" ? cold : ours)(figure === "cold" ? "open" : figure),
    },
    ...rivals,
    target,
  });
  const byRows = (figure) => ({ peer: { name: "Preact rows", measure: rows(figure) } });
  const byPlot = { peer: { name: "Plot", measure: plot("open") } };
  const byCanvas = (figure) => ({ floor: { name: "canvas", measure: canvas(figure) } });
  const steady = { atMost: maxFrameMs };
  return [
    line("open", "open", { ...byRows("open"), ...byCanvas("open") }, openMs ? { atMost: openMs } : usual),
    line("open", "open", { ...byPlot, ...byCanvas("open") }, besidePlot),
    line("open, all of it", "whole", { ...byRows("open"), ...byCanvas("open") }),
    line("open, the first in a page", "cold", {}, {}),
    line("open, longest frame", "openFrame", byRows("open")),
    line("wheel, median frame", "wheel", byCanvas("scroll"), { atMost: 16.8 }),
    line("wheel, worst frame", "wheelWorst", byCanvas("scrollWorst"), steady),
    line(
      "scroll bar, median frame",
      "scroll",
      { ...byRows("scroll"), ...byCanvas("scroll") },
      { atMost: 16.8 },
    ),
    line(
      "scroll bar, worst frame",
      "scrollWorst",
      { ...byRows("scrollWorst"), ...byCanvas("scrollWorst") },
      steady,
    ),
    line("search", "search", { ...byRows("open"), ...byCanvas("open") }),
    line("search, collapse, zoom: longest frame", "frame", byCanvas("scrollWorst"), steady),
    line("one span more", "grow", { ...byRows("open"), ...byCanvas("open") }),
    line("one span more, longest frame", "growFrame", byCanvas("scrollWorst"), steady),
    line("flame graph", "flame", { ...byPlot, ...byCanvas("open") }, besidePlot),
    line("heap while open", "heap", byRows("heap"), usual, "MB"),
    line("heap left when disposed of", "heapLeft", byRows("heap"), { toPeer: 0.1 }, "MB"),
  ];
}
