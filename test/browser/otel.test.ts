import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserNames, useBrowser } from "./browsers.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

let site: TestSite;

beforeAll(async () => {
  site = await servePages({
    pages: {
      "/": {
        html: `<link rel="icon" href="data:," /><script type="module" src="/otel-page.js"></script>`,
      },
      "/blank": { html: "<title>fetched</title>" },
    },
    modules: { "otel-page": "test/browser/support/otel-page.ts" },
  });
});

afterAll(() => site.close());

describe.each(browserNames)("OpenTelemetry's API, in %s", (name) => {
  const browser = useBrowser(name);

  test("nests with our own spans in both directions, and OpenTelemetry's fetch instrumentation records", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(site.origin);
    await page.waitFor("globalThis.otelPage !== undefined");
    expect(await page.evaluate("otelPage.run('nested')")).toEqual([
      "inner > innermost",
      "ours",
      "ours > theirs",
      "root",
      "root > below",
      "theirs > inner",
    ]);
    expect(await page.evaluate("otelPage.run('awaited')")).toEqual([
      "first > innermost",
      "other > in other",
      "other > still in other",
      "ours",
      "ours > last",
      "ours > other",
      "ours > sibling",
      "ours > theirs",
      "theirs > first",
      "theirs > second",
      "theirs > third",
    ]);
    expect(await page.evaluate("otelPage.run('fetched')")).toEqual(["ours", "ours > GET"]);
    expect(await page.evaluate("otelPage.run('fetchedByBoth')")).toEqual([
      `GET > GET ${new URL(site.origin).host}`,
      "ours",
      "ours > GET",
    ]);
    expect(page.errors).toEqual([]);
    await page.close();
  });
});
