import type { Span, TraceInfo } from "@spanbook/core/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readGuidePrograms, writePrograms } from "../support/guide-programs.js";
import { browserNames, useBrowser } from "./browsers.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

/** Runs a program from the guide, keeps what it exports, and reads the store that it leaves. */
const readBack = (program: string) => `
  import { answer } from "./${program}";
  import { flush } from "@spanbook/core";
  import { openStore } from "@spanbook/store-idb";
  await flush();
  const store = await openStore("demo");
  const { traces } = await store.search({ includeSpans: true });
  globalThis.outcome = { answer, traces: traces.map(({ info, data }) => ({ info, spans: data.spans })) };
`;

interface Outcome {
  readonly answer: unknown;
  readonly traces: readonly { readonly info: TraceInfo; readonly spans: readonly Span[] }[];
}

let site: TestSite;
let removePrograms: () => Promise<void>;

beforeAll(async () => {
  const { path, remove } = await writePrograms({
    ...readGuidePrograms("docs/context.md"),
    "worker-page.js": readBack("page.js"),
    "frame-page.js": readBack("outer.js"),
  });
  removePrograms = remove;
  const script = (name: string) => ({
    html: `<link rel="icon" href="data:," /><script type="module" src="/${name}.js"></script>`,
  });
  site = await servePages({
    pages: {
      "/worker": script("worker-page"),
      "/frame": { html: `${script("frame-page").html}<iframe src="/framed"></iframe>` },
      "/framed": script("frame"),
    },
    modules: Object.fromEntries(
      ["worker-page", "worker", "frame-page", "frame"].map((name) => [name, `${path}/${name}.js`]),
    ),
  });
});

afterAll(async () => {
  await site.close();
  await removePrograms();
});

describe.each(browserNames)("docs/context.md, in %s", (name) => {
  const browser = useBrowser(name);

  test.for([
    ["a worker", "/worker", 42, "multiply"],
    ["a frame", "/frame", "drawn", "draw"],
  ] as const)(
    "%s records into the page's store and joins its trace",
    async ([, path, answer, child], context) => {
      const page = await (await browser(context)).openPage();
      await page.goto(site.origin + path);
      await page.waitFor("globalThis.outcome !== undefined");
      const outcome = await page.evaluate<Outcome>("outcome");
      expect(outcome.answer).toBe(answer);
      const [trace] = outcome.traces.filter(({ spans }) => spans.some((span) => span.name === child));
      expect(trace?.info).toMatchObject({ name: "page", state: "OK", spanCount: 2, openSpanCount: 0 });
      const [root, inner] = trace?.spans ?? [];
      expect(inner).toMatchObject({ name: child, parentSpanId: root?.spanId, flags: 0x301 });
      expect(BigInt(inner?.startTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(
        BigInt(root?.startTimeUnixNano ?? 0),
      );
      expect(page.errors).toEqual([]);
      await page.close();
    },
  );
});
