// The view of a trace in Chromium, in milliseconds from a change to the screen: opening it, scrolling (median and worst
// frame), searching, and one more span in a trace that is shown; beside all rows as plain DOM, and the same bars on a canvas.
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { esbuildTextImports } from "../build/text-imports.mjs";
import { explainMissing, findBrowser } from "../test/browser/find-browser.mjs";

const counts = [1000, 10_000, 100_000];

/** The lines to measure, and what closes the browser that they are measured in. */
export async function openWidgetTrace() {
  const executablePath = findBrowser("chromium");
  if (executablePath === undefined) throw new Error(explainMissing("chromium"));
  const script = await bundlePage();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 760 } });
  await page.setContent("<!doctype html><body>");
  await page.addScriptTag({ content: script });
  const act = (name, ...values) =>
    page.evaluate(([action, given]) => globalThis.actions[action](...given), [name, values]);
  return { lines: counts.flatMap((count) => linesOf(count, act)), close: () => browser.close() };
}

async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: [new URL("widget-trace-page.js", import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    conditions: ["source"],
    plugins: [esbuildTextImports()],
  });
  return outputFiles[0].text;
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
