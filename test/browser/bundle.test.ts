import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { browserNames, useBrowser } from "./browsers.js";

const script = pathToFileURL(
  fileURLToPath(new URL("../../packages/spanbook/dist/spanbook.global.js", import.meta.url)),
).href;

const html = `<!doctype html><meta charset="utf-8"><spanbook-explorer></spanbook-explorer>
  <script src="${script}"></script>
  <script>
    (async () => {
      const { init, openStore, withSpan, SpanType } = spanbook;
      const store = await openStore("bundle-test");
      const tracing = init({ store });
      await withSpan(async (span) => span.setOutputs("42"), { name: "ask", spanType: SpanType.AGENT });
      await tracing.flush();
      document.querySelector("spanbook-explorer").source = store;
      document.title = store.kind;
    })();
  </script>`;

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);

  test("records, keeps and shows traces with one script tag, in a page from the disk", async (context) => {
    const folder = await mkdtemp(path.join(tmpdir(), "spanbook-bundle-"));
    await writeFile(path.join(folder, "page.html"), html);
    const page = await (await browser(context)).openPage();
    for (const rows of [1, 2]) {
      await page.goto(pathToFileURL(path.join(folder, "page.html")).href);
      await page.waitFor(`document.title === "idb-worker"`);
      const explorer = `document.querySelector("spanbook-explorer").shadowRoot`;
      await page.waitFor(
        rows === 1
          ? `${explorer}.textContent.includes("ask")`
          : `${explorer}.querySelectorAll("[data-id]").length === 2`,
      );
    }
    expect(page.errors).toEqual([]);
    await page.close();
    await rm(folder, { recursive: true });
  });
});
