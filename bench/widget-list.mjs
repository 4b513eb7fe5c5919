// The list of traces in Chromium, in milliseconds from a change to the screen: opening it, scrolling through the first 10,000
// (median and worst frame), and finding a few by a filter; beside all rows as plain DOM.
import { openPage } from "./browser-page.mjs";

const counts = [1000, 100_000];

/** The lines to measure, and what closes the browser that they are measured in. */
export async function openWidgetList() {
  const { act, close } = await openPage("widget-list-page.js");
  return { lines: counts.flatMap((count) => linesOf(count, act)), close };
}

function linesOf(count, act) {
  const scrolled = (open, pick) => async () => {
    await open();
    return pick((await act("scroll")).toSorted((a, b) => a - b));
  };
  const openMany = async () => {
    await act("open", count);
    await act("readOn");
  };
  const openPlain = () => act("plainRows", count);
  const line = (what, ours, peer) => ({
    title: `${what}, ${count.toLocaleString("en-US")} traces`,
    unit: "ms",
    ours: { name: "Spanbook", measure: ours },
    peer: { name: "plain rows", measure: peer },
    target: count > 1000 ? { toPeer: 1 } : {},
  });
  const median = (frames) => frames[Math.floor(frames.length / 2)];
  const worst = (frames) => frames.at(-1);
  return [
    line("open list", () => act("open", count), openPlain),
    line("scroll list, median frame", scrolled(openMany, median), scrolled(openPlain, median)),
    line("scroll list, worst frame", scrolled(openMany, worst), scrolled(openPlain, worst)),
    line(
      "search list",
      async () => {
        await act("open", count);
        return act("search");
      },
      openPlain,
    ),
  ];
}
