import { mkdir } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright-core";
import { serveFolder } from "../../build/serve-folder.mjs";
import { findBrowser } from "../../test/browser/find-browser.mjs";

const settleMs = 1500;

/**
 * Photographs what can be opened, light and dark, if there is a Chromium. Returns the pictures' names below `out`, by `href`.
 *
 * @returns {Promise<Map<string, { light: string, dark: string }>>}
 */
export async function takePictures(entries, out) {
  const executablePath = findBrowser("chromium");
  if (executablePath === undefined) return new Map();
  const site = await serveFolder(out);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const pictures = new Map();
  try {
    await mkdir(path.join(out, "pictures"), { recursive: true });
    for (const { href } of entries.filter(({ href }) => href?.endsWith(".html"))) {
      const names = {};
      for (const colorScheme of ["light", "dark"]) {
        const context = await browser.newContext({ colorScheme, viewport: { width: 1120, height: 700 } });
        const page = await context.newPage();
        await page.goto(`${site.origin}/${href}`);
        await page.waitForTimeout(settleMs);
        names[colorScheme] = `pictures/${href.replaceAll(/\W+/g, "-")}-${colorScheme}.jpeg`;
        await page.screenshot({ path: path.join(out, names[colorScheme]), quality: 80 });
        await context.close();
      }
      pictures.set(href, names);
    }
  } finally {
    await browser.close();
    await site.close();
  }
  return pictures;
}
