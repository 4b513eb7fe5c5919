import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildFramework, buildNotebooks } from "../../build/observable/build.mjs";
import { explainMissingObservable, hasObservable } from "../../build/observable/install.mjs";
import { serveFolder } from "../../build/serve-folder.mjs";
import { useBrowser, type TestPage } from "../browser/browsers.js";

// The notebook and the page under notebooks/, built by Observable's own kits and opened. Themes are forced against the
// system's: what the explorer follows is the page.

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = path.join(root, "out/observable");
const tour = "06-observable-tour.html";
const cdn = "https://cdn.jsdelivr.net/npm/";

const browser = useBrowser("chromium");
let site: Awaited<ReturnType<typeof serveFolder>>;

const explorer = `document.querySelector("spanbook-explorer")`;
const rows = `${explorer}?.shadowRoot?.querySelectorAll("[role=row][data-id]")`;
const listed = `${explorer}?.shadowRoot?.querySelectorAll("[role=grid] [data-id]")`;
/** An explorer that finds one trace opens it. */
const toList = `${explorer}.value = undefined`;
/** Where the notebook shows what is selected: the cell that depends on the explorer's. */
const dependent = `document.querySelector("#cell-15").textContent`;
const choose = (label: string, index: number) => `(() => {
  const select = document.querySelector("select[aria-label=${label}]");
  select.selectedIndex = ${index};
  select.dispatchEvent(new Event("input", { bubbles: true }));
})()`;

beforeAll(async () => {
  if (!hasObservable()) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, "src"), { recursive: true });
  const notebook = (await readFile(path.join(root, "notebooks", tour), "utf8")).replaceAll(
    `"./quickstart/`,
    `"${path.join(root, "notebooks/quickstart/")}`,
  );
  const local = "../packages/spanbook/dist/spanbook.js";
  expect(notebook).toContain(local);
  const variants = {
    "dark.html": notebook
      .replace("light-dark(air, near-midnight)", "near-midnight")
      .replace(local, path.join(root, "packages/spanbook/dist/spanbook.js")),
    "light.html": notebook
      .replace("light-dark(air, near-midnight)", "air")
      .replace(local, path.join(root, "packages/spanbook/dist/spanbook.js")),
    // Recorder and store from one single file, the explorer from the other.
    "npm.html": notebook
      .replace(local, "npm:spanbook@0.1.0/dist/spanbook.js")
      .replace(", show, ", ", ")
      .replace(
        "import { texts }",
        'import { show } from "npm:@spanbook/widget@0.1.0/dist/spanbook-widget.js";\nimport { texts }',
      ),
  };
  for (const [name, text] of Object.entries(variants)) await writeFile(path.join(folder, "src", name), text);
  await buildNotebooks([path.join(root, "notebooks", tour)], folder);
  await buildNotebooks(
    Object.keys(variants).map((name) => path.join(folder, "src", name)),
    folder,
  );
  await buildFramework(path.join(root, "notebooks/framework"), path.join(folder, "framework"));
  site = await serveFolder(folder);
});

afterAll(async () => {
  await site?.close();
});

/** Counts what is disposed of, without keeping any of it. */
const countDisposals = `(() => {
  const shape = customElements.get("spanbook-explorer").prototype;
  const { dispose } = shape;
  const known = new WeakMap();
  globalThis.disposals = { elements: 0, twice: 0 };
  shape.dispose = function () {
    if (known.has(this)) disposals.twice++;
    else disposals.elements++;
    known.set(this, true);
    dispose.call(this);
  };
})()`;

/** Runs the explorer's cell again and again, by changing what it depends on, and waits each time until the new one has rows. */
const runAgain = (times: number, change: (time: string) => string) => `(async () => {
  for (let time = 0; time < ${times}; time++) {
    const before = new WeakRef(${explorer});
    ${change("time")};
    while (${explorer} === null || ${explorer} === before.deref() || ${rows}.length === 0) {
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
})()`;

async function measure(page: Page, session: CDPSession) {
  await session.send("HeapProfiler.collectGarbage");
  const { result } = await session.send("Runtime.evaluate", {
    expression: `customElements.get("spanbook-explorer").prototype`,
  });
  const { objects } = await session.send("Runtime.queryObjects", { prototypeObjectId: result.objectId! });
  const live = await session.send("Runtime.callFunctionOn", {
    objectId: objects.objectId!,
    functionDeclaration: "function () { return this.length; }",
    returnByValue: true,
  });
  await session.send("Runtime.releaseObject", { objectId: objects.objectId! });
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  return {
    explorers: live.result.value as number,
    workers: page.workers().length,
    listeners: of("JSEventListeners"),
    nodes: of("Nodes"),
    heapMb: of("JSHeapUsedSize") / 1e6,
  };
}

/** Expects that after 50 runs of the explorer's cell nothing is left of the earlier explorers. */
async function expectNoLeak(page: TestPage, change: (time: string) => string): Promise<void> {
  const session = await page.chromium!.context().newCDPSession(page.chromium!);
  await session.send("Performance.enable");
  await page.evaluate(countDisposals);
  await page.evaluate(runAgain(10, change));
  const before = await measure(page.chromium!, session);
  await page.evaluate(runAgain(50, change));
  const after = await measure(page.chromium!, session);
  expect(await page.evaluate("disposals")).toEqual({ elements: 60, twice: 0 });
  // The one in the page, and at most one that a cell's last value still holds.
  expect(after.explorers).toBeLessThanOrEqual(2);
  expect(after.workers).toBe(before.workers);
  // An explorer that stayed would leave more than one listener and ten nodes each time.
  expect(after.listeners - before.listeners).toBeLessThan(50);
  expect(after.nodes - before.nodes).toBeLessThan(500);
  expect(after.heapMb - before.heapMb).toBeLessThan(2);
}

const background = `getComputedStyle(${explorer}).backgroundColor`;

describe("a notebook of notebook-kit", () => {
  test("records in its cells, and a click in the explorer updates the cell that depends on it", async (context) => {
    if (!hasObservable()) return context.skip(explainMissingObservable());
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/${tour}`);
    await page.waitFor(`${rows}?.length > 0`);
    await page.evaluate(toList);
    await page.evaluate(choose("Question", 4));
    await page.waitFor(
      `document.querySelector("#cell-10").textContent.includes("the texts say nothing about that")`,
    );
    // It follows its store while it is in sight, and the notebook is long.
    await page.evaluate(`${explorer}.scrollIntoView()`);
    await page.waitFor(`${listed}.length === 2 && ${explorer}.shadowRoot.textContent.includes("sourdough")`);
    expect(await page.evaluate(dependent)).not.toContain("sourdough");
    await page.evaluate(`[...${listed}].find((row) => row.textContent.includes("sourdough")).click()`);
    await page.waitFor(`${dependent}.includes("sourdough") && ${dependent}.includes("retrieve")`);
    // The value names the trace before the explorer has drawn its spans.
    const retrieve = `[...${explorer}.shadowRoot.querySelectorAll("[role=treegrid] [data-id]")].find((row) => row.textContent.includes("retrieve"))`;
    await page.waitFor(retrieve);
    await page.evaluate(`${retrieve}.click()`);
    await page.waitFor(
      `[...document.querySelectorAll("#cell-15 tr")].find((row) => row.style.fontWeight === "bold")?.textContent.includes("retrieve")`,
    );
    expect(page.requests.filter((url) => !url.startsWith(site.origin))).toEqual([]);
    expect(page.errors.filter((error) => !error.includes("404"))).toEqual([]);
    await page.close();
  });

  test("disposes of an explorer once when its cell runs again, and 50 runs leave nothing", async (context) => {
    if (!hasObservable()) return context.skip(explainMissingObservable());
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/${tour}`);
    await page.waitFor(`${rows}?.length > 0`);
    await expectNoLeak(
      page,
      (time) => `document.querySelector("select[aria-label=Show]").selectedIndex = (${time} + 1) % 2;
      document.querySelector("select[aria-label=Show]").dispatchEvent(new Event("input", { bubbles: true }))`,
    );
    await page.close();
  });

  test("loads the single files as npm: serves them", async (context) => {
    if (!hasObservable()) return context.skip(explainMissingObservable());
    const page = await (await browser(context)).openPage();
    const asked: string[] = [];
    await page.chromium!.route(`${cdn}**`, async (route) => {
      const [, scope, file] = /npm\/(.+)@0\.1\.0\/dist\/(.+)$/.exec(route.request().url()) ?? [];
      asked.push(`${scope}/${file}`);
      await route.fulfill({
        path: path.join(root, "packages", scope === "spanbook" ? scope : "widget", "dist", file!),
        contentType: "text/javascript",
        headers: { "access-control-allow-origin": "*" },
      });
    });
    await page.goto(`${site.origin}/npm.html`);
    await page.waitFor(`${rows}?.length > 0`);
    await page.evaluate(`${rows}[0].click()`);
    await page.waitFor(`${dependent}.includes("retrieve")`);
    expect(asked.sort()).toEqual(["@spanbook/widget/spanbook-widget.js", "spanbook/spanbook.js"]);
    await page.close();
  });

  test.for(["light", "dark"])(
    "is %s if its theme is, whatever the system prefers",
    async (theme, context) => {
      if (!hasObservable()) return context.skip(explainMissingObservable());
      const page = await (await browser(context)).openPage();
      await page.chromium!.emulateMedia({ colorScheme: theme === "light" ? "dark" : "light" });
      await page.goto(`${site.origin}/${theme}.html`);
      await page.waitFor(`${rows}?.length > 0`);
      expect(await page.evaluate(background)).toBe(backgrounds[theme as "light" | "dark"]);
      await page.close();
    },
  );
});

describe("a page of Framework", () => {
  test("resolves npm: imports, and a click in the explorer updates the block that depends on it", async (context) => {
    if (!hasObservable()) return context.skip(explainMissingObservable());
    const page = await (await browser(context)).openPage();
    await page.chromium!.emulateMedia({ colorScheme: "dark" });
    await page.goto(`${site.origin}/framework/`);
    await page.waitFor(`${rows}?.length === 1`);
    await page.evaluate(
      `[...document.querySelectorAll("button")].find(({ textContent }) => textContent.includes("darts")).click()`,
    );
    await page.waitFor(`${listed}.length === 2`);
    await page.evaluate(`${listed}[0].click()`);
    await page.waitFor(`document.body.textContent.includes("estimate π has 2 spans.")`);
    expect(await page.evaluate(background)).toBe(backgrounds.dark);
    expect(page.requests.filter((url) => !url.startsWith(site.origin))).toEqual([]);
    await page.close();
  });

  test("disposes of an explorer once when its block runs again, and 50 runs leave nothing", async (context) => {
    if (!hasObservable()) return context.skip(explainMissingObservable());
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/framework/`);
    await page.waitFor(`${rows}?.length > 0`);
    await expectNoLeak(
      page,
      (time) => `document.querySelector("input[type=range]").valueAsNumber = 420 + 20 * ((${time} + 1) % 2);
      document.querySelector("input[type=range]").dispatchEvent(new Event("input", { bubbles: true }))`,
    );
    await page.close();
  });
});

const backgrounds = { light: "rgb(255, 255, 255)", dark: "rgb(21, 23, 28)" };
