// A span of 10 MB in Chromium: from the click on it to its inputs on the screen, and the longest frame meanwhile; compared with
// its text in an element, as a page without a viewer shows it, and with parsing it.
import { openPage } from "./browser-page.mjs";
import { once } from "./harness.mjs";
import { maxFrameMs } from "./widget-trace.mjs";

/** The lines to measure, and a function that closes their browser. */
export async function openWidgetSpan({ isShort = false } = {}) {
  const sizeBytes = isShort ? 1_000_000 : 10_000_000;
  const page = await openPage("widget-span-page.js");
  const lines = ["text", "records", "messages"].flatMap((kind) => linesOf(kind, sizeBytes, page));
  return { lines, close: page.close };
}

function linesOf(kind, sizeBytes, { act }) {
  const ours = once(() => act("open", kind, sizeBytes));
  const rivals = {
    peer: { name: "text in an element", measure: () => act("plain", kind, sizeBytes) },
    floor: { name: "JSON.parse", measure: () => act("parse", kind, sizeBytes) },
  };
  const line = (what, figure, target) => ({
    title: `${what}, ${sizeBytes / 1e6} MB of ${kind}`,
    unit: "ms",
    ours: { name: "Spanbook", measure: ours(figure) },
    ...rivals,
    target,
  });
  return [
    line("open a span", "ms", { toPeer: 0.05 }),
    line("open a span, longest frame", "frameMs", { atMost: maxFrameMs }),
  ];
}
