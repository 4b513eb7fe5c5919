import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll } from "vitest";
import type { TestBrowser, TestPage } from "../browsers.js";
import script from "../widget-page.js?text";

// As strict as a policy can be: no style element, no style attribute, no eval.
const policy = "default-src 'none'; script-src 'nonce-test'; require-trusted-types-for 'script'";

/**
 * Pages with the parts of `widget-page.ts` under a strict policy, for the tests of one file. Call it at the top of the file;
 * its result opens a page and runs the text of an async function's body in it.
 */
export function useWidgetPages(): (browser: TestBrowser, setUp: string) => Promise<TestPage> {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "spanbook-widget-"));
    const inline = script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
    await writeFile(
      path.join(folder, "widget.html"),
      `<!doctype html><meta charset="utf-8"><title>widget</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<body><script nonce="test">${inline}</script>`,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));
  return async (browser, setUp) => {
    const page = await browser.openPage();
    await page.goto(pathToFileURL(path.join(folder, "widget.html")).href);
    await page.setSize(1280, 800);
    await page.evaluate(`(async () => { ${setUp} })()`);
    return page;
  };
}

/** To be evaluated in a page, once. */
export const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds in the page's `el`, as texts. */
export const findViolations = `axe.run(el, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html, failureSummary }) =>
    html.slice(0, 200) + " " + failureSummary).join(" | ")))`;
