// A page in a real browser, in which a view is measured by actions that the page's script offers.
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { esbuildTextImports } from "../build/text-imports.mjs";
import { explainMissing, findBrowser } from "../test/browser/find-browser.mjs";

/**
 * Opens Chromium with a script of this folder. `act` calls one of its `actions`, `wheel` turns the wheel over a place in the page
 * and returns the frames that took, `heapMb` returns what the page holds after garbage collection, and `reload` starts over, with
 * nothing compiled or warm.
 */
export async function openPage(source) {
  const executablePath = findBrowser("chromium");
  if (executablePath === undefined) throw new Error(explainMissing("chromium"));
  const script = await bundlePage(source);
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc"],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 760 } });
  const reload = async () => {
    await page.goto("about:blank");
    await page.setContent("<!doctype html><body>");
    await page.addScriptTag({ content: script });
  };
  await reload();
  const act = (name, ...values) =>
    page.evaluate(([action, given]) => globalThis.actions[action](...given), [name, values]);
  const devtools = await page.context().newCDPSession(page);
  const wheel = async (x, y, distancePx) => {
    await act("watch");
    await devtools.send("Input.synthesizeScrollGesture", {
      ...{ x, y, yDistance: -distancePx, speed: wheelSpeed },
      gestureSourceType: "mouse",
    });
    return act("framesSeen");
  };
  const heapMb = async () => {
    // What was just removed is held for another frame or two.
    await page.waitForTimeout(500);
    await devtools.send("HeapProfiler.collectGarbage");
    // Typed arrays and what the browser keeps for the page are outside of the JavaScript heap.
    const {
      usedSize,
      backingStorageSize = 0,
      embedderHeapUsedSize = 0,
    } = await devtools.send("Runtime.getHeapUsage");
    return (usedSize + backingStorageSize + embedderHeapUsedSize) / 1e6;
  };
  return { act, wheel, heapMb, reload, close: () => browser.close() };
}

/** Pixels per second: a reader in search of something. */
const wheelSpeed = 3000;

/** A script of this folder with everything it imports, as text. */
export async function bundlePage(source) {
  const { outputFiles } = await build({
    entryPoints: [new URL(source, import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    conditions: ["spanbook-source"],
    plugins: [esbuildTextImports()],
  });
  return outputFiles[0].text;
}
