// The list of traces in Chromium, in milliseconds from a change to the screen: opening it, reading on to the last page, scrolling
// through all that was read, and finding a few by a filter; compared with all traces as rows of Preact.
import { openPage } from "./browser-page.mjs";
import { median, once } from "./harness.mjs";
import { maxFrameMs } from "./widget-trace.mjs";

/** The lists to measure, by the names of their parts. */
export const listCounts = { "1k": 1000, "10k": 10_000, "100k": 100_000 };

/** The lines to measure, and a function that closes their browser. */
export async function openWidgetList(name) {
  const page = await openPage("widget-list-page.js");
  return { lines: linesOf(listCounts[name], page), close: page.close };
}

function linesOf(count, { act, wheel, heapMb, reload }) {
  const cold = once(async () => {
    await reload();
    return { open: await act("open", count) };
  });
  const ours = once(async () => {
    await act("open", count);
    await act("close");
    const heapBefore = await heapMb();
    await act("open", count);
    await act("settle");
    const open = await act("open", count);
    await act("settle");
    const wheeled = await wheel(500, 600, 3000);
    const search = await act("search");
    await act("open", count);
    await act("settle");
    const readOn = await act("readOn", count);
    const scroll = await act("scroll");
    const heap = (await heapMb()) - heapBefore;
    await act("close");
    return {
      open,
      readOn,
      search: search.ms,
      searchFrame: search.frameMs,
      ...{ wheel: median(wheeled), wheelWorst: Math.max(...wheeled) },
      ...{ scroll: median(scroll), scrollWorst: Math.max(...scroll) },
      heap,
      heapLeft: Math.max(0, (await heapMb()) - heapBefore),
    };
  });
  const rows = once(
    async () => {
      await act("close");
      const heapBefore = await heapMb();
      const open = await act("rows", count);
      const scroll = await act("scroll");
      const heap = (await heapMb()) - heapBefore;
      await act("close");
      return { open, scroll: median(scroll), scrollWorst: Math.max(...scroll), heap };
    },
    count < 100_000 ? Infinity : 1,
  );
  const usual = count > 1000 ? { toPeer: 0.2 } : {};
  const steady = { atMost: maxFrameMs };
  const line = (what, measure, rowFigure, target = usual, unit = "ms") => ({
    title: `${what}, ${count.toLocaleString("en-US")} traces`,
    unit,
    ours: { name: "Spanbook", measure },
    ...(rowFigure && { peer: { name: "Preact rows", measure: rows(rowFigure) } }),
    target,
  });
  return [
    line("open list", ours("open"), "open"),
    line("open list, the first in a page", cold("open"), undefined, {}),
    line("wheel in list, median frame", ours("wheel"), "scroll", { atMost: 16.8 }),
    line("wheel in list, worst frame", ours("wheelWorst"), "scrollWorst", steady),
    line("read on to the last page, longest frame", ours("readOn"), undefined, {}),
    line("scroll bar of list, median frame", ours("scroll"), "scroll", { atMost: 16.8 }),
    line("scroll bar of list, worst frame", ours("scrollWorst"), "scrollWorst", steady),
    line("search list", ours("search"), "open"),
    line("search list, longest frame", ours("searchFrame"), "open", steady),
    line("heap of list, all read", ours("heap"), "heap", usual, "MB"),
    line("heap left when disposed of, list", ours("heapLeft"), "heap", {}, "MB"),
  ];
}
