import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveFolder } from "../../build/serve-folder.mjs";
import { buildGallery } from "../../notebooks/gallery/build.mjs";
import { readStories } from "../../notebooks/gallery/stories.mjs";
import { useBrowser } from "../browser/browsers.js";

// The gallery as `npm run gallery` makes it, with every notebook and page in it opened.

const root = fileURLToPath(new URL("../../", import.meta.url));
const out = path.join(root, "out/gallery-test");
const browser = useBrowser("chromium");
let entries: Awaited<ReturnType<typeof buildGallery>>;

beforeAll(async () => {
  entries = await buildGallery({ out, pictures: true });
});

afterAll(() => rm(out, { recursive: true, force: true }));

describe("the gallery", () => {
  test("lists every notebook and page, with pictures, in a page that opens from disk", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(pathToFileURL(path.join(out, "index.html")).href);
    const titles = await page.evaluate<string[]>(
      `[...document.querySelectorAll("h3")].map(({ textContent }) => textContent)`,
    );
    expect(titles).toEqual((await readStories(path.join(root, "notebooks"))).map(({ title }) => title));
    const pictures = `[...document.images].map((image) => (image.loading = "eager", image))`;
    await page.waitFor(`${pictures}.every(({ complete, naturalWidth }) => complete && naturalWidth > 0)`);
    expect(await page.evaluate(`document.images.length`)).toBe(
      entries.filter(({ href }) => href?.endsWith(".html")).length,
    );
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("links only to what opens without an error and without a request elsewhere", async (context) => {
    const site = await serveFolder(out);
    const opened = await browser(context);
    const failures: Record<string, readonly string[]> = {};
    for (const { href } of entries) {
      if (href === undefined) continue;
      if (!href.endsWith(".html")) {
        await readFile(path.join(out, href));
        continue;
      }
      const page = await opened.openPage();
      await page.goto(`${site.origin}/${href}`);
      // A kernel's notebook contains what it shows; the others mount an explorer, or have it in a frame.
      await page.waitFor(
        `document.querySelector("spanbook-explorer, iframe, details") !== null && document.title !== ""`,
      );
      const strangers = page.requests.filter((url) => !url.startsWith(site.origin));
      const errors = page.errors.filter((error) => !error.includes("favicon") && !error.includes("404"));
      if (strangers.length + errors.length > 0) failures[href] = [...errors, ...strangers];
      await page.close();
    }
    expect(failures).toEqual({});
    await site.close();
  });
});
