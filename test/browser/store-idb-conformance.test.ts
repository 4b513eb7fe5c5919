import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { describeCases } from "../conformance/cases.js";
import { browserNames, useBrowser, type TestPage } from "./browsers.js";
import { casesFor } from "./support/conformance-cases.js";
import type { ConformancePage } from "./support/conformance-page.js";
import { fromText } from "./support/plain-text.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

// If a content security policy forbids workers from blobs, the store runs in the page. Each place has a seed of its own.
const places = {
  "idb-worker": { path: "/", policy: "", seeds: { chromium: 1, firefox: 2 } },
  "idb-page": { path: "/no-worker", policy: "worker-src 'self'", seeds: { chromium: 3, firefox: 4 } },
} as const;

let site: TestSite;

beforeAll(async () => {
  const html = `<title>store</title><script type="module" src="/conformance-page.js"></script>`;
  const pages = Object.values(places).map(({ path, policy }) => [
    path,
    { html, headers: policy ? { "content-security-policy": policy } : {} },
  ]);
  site = await servePages({
    pages: Object.fromEntries(pages),
    modules: { "conformance-page": "test/browser/support/conformance-page.ts" },
  });
});

afterAll(() => site.close());

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);

  // Two ways to the same store: what differs by browser shows in either.
  const kinds = name === "chromium" ? (["idb-worker", "idb-page"] as const) : (["idb-worker"] as const);
  describe.each(kinds)("%s", (kind) => {
    const seed = places[kind].seeds[name];
    const cases = casesFor(seed);
    let page: TestPage | undefined;

    beforeEach(async (context) => {
      if (page) return;
      page = await (await browser(context)).openPage();
      await page.goto(site.origin + places[kind].path);
      await page.waitFor("globalThis.conformancePage !== undefined");
    });

    afterAll(() => page?.close());

    describeCases("the store on IndexedDB", cases, async (storeCase) => {
      const failure = await page!.evaluate(
        ({ seed, index, kind }) =>
          (globalThis as unknown as { conformancePage: ConformancePage }).conformancePage.run(
            seed,
            index,
            kind,
          ),
        { seed, index: cases.indexOf(storeCase), kind },
      );
      if (failure !== undefined) throw Object.assign(new Error(), fromText(failure));
    });
  });
});
