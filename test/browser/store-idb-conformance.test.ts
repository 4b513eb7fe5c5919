import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { describeRandomFilters } from "../conformance/filtering.js";
import { describeRandomOperations } from "../conformance/random-operations.js";
import { describeTraceStore } from "../conformance/store-conformance.js";
import { browserNames, useBrowser, type TestPage } from "./browsers.js";
import { openRemoteStore } from "./support/remote-store.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

// Where a content security policy forbids workers from blobs the store runs in the page. Every place has a seed of its own,
// because calls through a browser's driver take their time.
const places = {
  "idb-worker": { path: "/", policy: "", seeds: { chromium: [1], firefox: [2] } },
  "idb-page": { path: "/no-worker", policy: "worker-src 'self'", seeds: { chromium: [3], firefox: [4] } },
} as const;

let site: TestSite;

beforeAll(async () => {
  const html = `<title>store</title><script type="module" src="/store-page.js"></script>`;
  const pages = Object.values(places).map(({ path, policy }) => [
    path,
    { html, headers: policy ? { "content-security-policy": policy } : {} },
  ]);
  site = await servePages({
    pages: Object.fromEntries(pages),
    modules: { "store-page": "test/browser/support/store-page.ts" },
  });
});

afterAll(() => site.close());

for (const name of browserNames) {
  describe.each(Object.keys(places) as (keyof typeof places)[])(`${name}, %s`, (kind) => {
    const browser = useBrowser(name);
    let page: TestPage | undefined;
    let count = 0;

    beforeEach(async (context) => {
      if (page) return;
      page = await (await browser(context)).openPage();
      await page.goto(site.origin + places[kind].path);
    });

    async function open() {
      const store = await openRemoteStore(page!, `${kind} ${++count}`);
      if (store.kind !== kind) throw new Error(`expected a store of kind ${kind}, got ${store.kind}`);
      return store;
    }

    describeTraceStore("the store on IndexedDB", open);
    const seeds = places[kind].seeds[name];
    describeRandomOperations("the store on IndexedDB", open, { seeds, steps: 120 });
    describeRandomFilters("the store on IndexedDB", open, { seeds, filters: 40 });
  });
}
