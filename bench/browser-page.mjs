// A page of a real browser in which a view is measured by actions that the page's script offers.
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { esbuildTextImports } from "../build/text-imports.mjs";
import { explainMissing, findBrowser } from "../test/browser/find-browser.mjs";

/**
 * Opens Chromium with a script of this folder; `act` calls one of its `actions`, `heapMb` tells what JavaScript holds when its
 * garbage is gone.
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
  await page.setContent("<!doctype html><body>");
  await page.addScriptTag({ content: script });
  const act = (name, ...values) =>
    page.evaluate(([action, given]) => globalThis.actions[action](...given), [name, values]);
  const devtools = await page.context().newCDPSession(page);
  const heapMb = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize / 1e6;
  };
  return { act, heapMb, close: () => browser.close() };
}

/** A script of this folder with all that it imports, as text. */
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
