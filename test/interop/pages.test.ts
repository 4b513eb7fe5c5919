import { rm } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveFolder } from "../../build/serve-folder.mjs";
import { browserNames, useBrowser, type TestPage } from "../browser/browsers.js";

// The plain pages under notebooks/, on what was built: from disk, or as any static server serves them.

const root = fileURLToPath(new URL("../../", import.meta.url));
const viteOut = `${root}out/vite-test`;
let site: Awaited<ReturnType<typeof serveFolder>>;

beforeAll(async () => {
  site = await serveFolder(root);
});

afterAll(() => site.close());

const explorer = `document.querySelector("spanbook-explorer")`;
const rowCount = (element = explorer) =>
  `${element}?.shadowRoot.querySelectorAll("[role=row][data-id]").length`;

describe.each(browserNames)("in %s", (name) => {
  const browser = useBrowser(name);

  test("one script tag records, keeps and shows traces, in a page opened from disk", async (context) => {
    const page = await (await browser(context)).openPage();
    for (const visit of [1, 2]) {
      await page.goto(pathToFileURL(`${root}notebooks/pages/script-tag.html`).href);
      await page.waitFor(`document.querySelector("#kept").textContent.includes("this browser keeps it")`);
      await page.waitFor(
        `${explorer}.shadowRoot.textContent.includes("hello") && (${visit} === 1 || ${rowCount()} === 2)`,
      );
    }
    // What makes a report is in a file of its own, and a page opened from disk may not import modules.
    await page.evaluate(
      `spanbook.createReport(${explorer}.source).then((report) => (document.title = report.length))`,
    );
    await page.waitFor(`Number(document.title) > 100_000`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("two explorers on one page show two stores, each its own", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/notebooks/pages/two-stores.html`);
    const [kept, passing] = ["kept", "passing"].map(
      (id) => `document.querySelector("#${id} spanbook-explorer")`,
    );
    await page.waitFor(`${passing}?.isConnected`);
    for (const id of ["kept", "passing", "passing"]) await page.click(`#${id} button`);
    await page.waitFor(`${kept}.shadowRoot.textContent.includes("a click on kept")`);
    await page.waitFor(`${rowCount(passing)} === 2`);
    expect(await page.evaluate(`${kept}.shadowRoot.textContent.includes("passing")`)).toBe(false);
    await page.evaluate(`${passing}.shadowRoot.querySelector("[role=row][data-id]").click()`);
    await page.waitFor(`${passing}.value !== undefined`);
    expect(await page.evaluate(`${kept}.value === undefined`)).toBe(true);
    await page.evaluate(`${passing}.dispose()`);
    await page.click("#kept button");
    await page.waitFor(`${rowCount(kept)} === 2`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("recorder, store, worker and explorer need nothing that a strict policy forbids", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/notebooks/pages/strict-policy.html`);
    await page.waitFor(`${explorer}?.shadowRoot.textContent.includes("under a strict policy")`);
    expect(await page.evaluate(`document.querySelector("#kind").textContent`)).toBe("idb-worker");
    // Including what is loaded later: the details of a span, and the plots.
    await page.evaluate(`${explorer}.shadowRoot.querySelector("[role=row][data-id]")?.click()`);
    await page.waitFor(`${explorer}.value !== undefined`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("the quick start answers questions, shows its traces, and still has them after a reload", async (context) => {
    const page = await (await browser(context)).openPage();
    const isReady = `document.body?.dataset.state === "ready"`;
    await page.goto(`${site.origin}/notebooks/quickstart.html`);
    await page.waitFor(isReady);
    expect(await page.evaluate("document.querySelector('#store').textContent")).toBe(
      "This browser holds 0 traces of earlier visits, 0 of them unfinished.",
    );
    const answers = await page.evaluate<string>("document.querySelector('#answers').textContent");
    expect(answers).toContain("upgrade callback runs");
    expect(answers).toContain("failed: there is no package left-pad here");
    expect(await page.evaluate("document.querySelector('#explorer').childElementCount")).toBe(1);

    await page.goto(`${site.origin}/notebooks/quickstart.html`);
    await page.waitFor(isReady);
    expect(await page.evaluate("document.querySelector('#store').textContent")).toMatch(
      /^This browser holds [1-9]\d* traces of earlier visits, 0 of them unfinished\.$/,
    );
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("an import map resolves the packages' names to one file", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/notebooks/pages/import-map.html`);
    await page.waitFor(`Number(document.querySelector("#words").textContent) > 50`);
    await page.waitFor(`${explorer}?.shadowRoot.textContent.includes("count words")`);
    expect(page.errors).toEqual([]);
    await page.close();
  });
});

describe("in chromium", () => {
  const browser = useBrowser("chromium");

  test("a sandboxed frame keeps traces in memory, says so, and shows them", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/notebooks/pages/sandboxed.html`);
    const frame = page.chromium!.frameLocator("iframe");
    await frame.getByText("traces are kept in memory only: IndexedDB is not allowed here").waitFor();
    await frame.locator("spanbook-explorer").getByText("hello").first().waitFor();
    expect(page.errors).toEqual([]);
    await page.close();
  });

  describe("a Vite app", () => {
    beforeAll(() =>
      build({
        configFile: `${root}notebooks/pages/vite/vite.config.mjs`,
        logLevel: "error",
        build: { outDir: viteOut },
      }).then(() => undefined),
    );
    afterAll(() => rm(viteOut, { recursive: true, force: true }));
    const openBuilt = async (page: TestPage, name: string) => {
      await page.goto(`${site.origin}/out/vite-test/${name}`);
      await page.waitFor(`${explorer} !== null`);
    };

    test("records what its button does and shows it", async (context) => {
      const page = await (await browser(context)).openPage();
      await openBuilt(page, "index.html");
      await page.click("button");
      await page.waitFor(`${explorer}.shadowRoot.textContent.includes("game")`);
      expect(page.errors).toEqual([]);
      await page.close();
    });

    test("mounts the explorer as a React component and removes it", async (context) => {
      const page = await (await browser(context)).openPage();
      await openBuilt(page, "react.html");
      await page.click("button");
      await page.waitFor(`${explorer}.shadowRoot.textContent.includes("count up")`);
      await page.click("button:nth-of-type(2)");
      await page.waitFor(`${explorer} === null`);
      await page.click("button:nth-of-type(2)");
      await page.waitFor(`${explorer}?.shadowRoot.textContent.includes("count up")`);
      expect(await page.evaluate(`document.querySelectorAll("spanbook-explorer").length`)).toBe(1);
      expect(page.errors).toEqual([]);
      await page.close();
    });
  });
});
