import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createMemoryStore } from "@spanbook/core/memory";
import { importOtlp } from "@spanbook/core/otlp";
import { createReport } from "@spanbook/widget";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoTraces, hostileText, hostileTrace } from "../support/traces.js";
import { browserNames, useBrowser } from "./browsers.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-report-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function writeReport(name: string, html: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, html);
  return pathToFileURL(file).href;
}

const root = `document.querySelector("spanbook-explorer").shadowRoot`;

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);

  test("opens a report from disk, without a request, and shows the failure with its stack", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(
      await writeReport("demo.html", await createReport(demoTraces(), { title: "Demo & more" })),
    );
    expect(await page.title()).toBe("Demo & more");
    await page.waitFor(`${root}.querySelectorAll("[data-id]").length === 5`);
    expect(await page.evaluate(`${root}.querySelector(".plot, [aria-label*=plots]")`)).toBeNull();
    await page.evaluate(
      `[...${root}.querySelectorAll("[data-id]")].find((row) => row.textContent.includes("sourdough")).click()`,
    );
    await page.waitFor(`${root}.textContent.includes("compose.ts:41:11")`);
    expect(await page.evaluate(`document.getElementById("spanbook-static")`)).toBeNull();
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([]);
    await page.close();
  });

  test("saves a report's traces as OTLP JSON at the press of a button", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(await writeReport("save.html", await createReport(demoTraces())));
    await page.waitFor(`document.querySelector("header button") !== null`);
    await page.evaluate(`URL.createObjectURL = (blob) => { globalThis.saved = blob; return "blob:none"; };
      HTMLAnchorElement.prototype.click = function () { saved.file = this.download; };
      document.querySelector("header button").click();`);
    await page.waitFor(`globalThis.saved?.file === "traces.otlp.json"`);
    const store = createMemoryStore();
    expect(await importOtlp(store, await page.evaluate<string>(`saved.text()`))).toMatchObject({
      ...{ traces: 5, spans: 65, errors: [] },
    });
    await page.close();
  });

  test("opens a report in a frame that may do nothing but run scripts", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(
      await writeReport(
        "frame.html",
        `<!doctype html><meta charset="utf-8"><iframe sandbox="allow-scripts"></iframe>`,
      ),
    );
    const probe = `<script>
      addEventListener("securitypolicyviolation", ({ violatedDirective }) => parent.postMessage(violatedDirective, "*"));
      const timer = setInterval(() => {
        if (!document.querySelector("spanbook-explorer")?.shadowRoot.querySelector("[data-id]")) return;
        clearInterval(timer);
        parent.postMessage("open", "*");
      }, 20);</script>`;
    const report = await createReport(demoTraces());
    await page.evaluate(
      (html) => {
        addEventListener("message", ({ data }) => (document.title += `${data} `));
        document.querySelector("iframe")!.srcdoc = html;
      },
      report.replace("<head>", `<head>${probe}`),
    );
    await page.waitFor(`document.title !== ""`);
    expect(await page.title()).toBe("open");
    await page.close();
  });

  test("runs nothing that hostile traces contain", async (context) => {
    const page = await (await browser(context)).openPage();
    const html = await createReport([hostileTrace(1), hostileTrace(2)], { title: hostileText });
    await page.goto(await writeReport("hostile.html", html));
    await page.waitFor(`${root}.querySelectorAll("[data-id]").length === 2`);
    await page.evaluate(`${root}.querySelector("[data-id]").click()`);
    await page.waitFor(`${root}.querySelector(".details .stack") !== null`);
    expect(await page.evaluate(`[typeof hacked, typeof {}.hacked]`)).toEqual(["undefined", "undefined"]);
    expect(await page.evaluate(`document.querySelectorAll("script, img").length`)).toBe(2);
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([]);
    await page.close();
  });

  test("says why, and keeps the short form, if the data is damaged", async (context) => {
    const page = await (await browser(context)).openPage();
    const html = await createReport(demoTraces());
    await page.goto(await writeReport("damaged.html", html.replace(/(spanbook-data">)[^<]{40}/, "$1")));
    await page.waitFor(`document.body.textContent.includes("could not start")`);
    expect(await page.evaluate(`document.querySelectorAll("details").length`)).toBe(5);
    await page.close();
  });

  test("shows the short form if no script runs", async (context) => {
    const page = await (await browser(context)).openPage();
    const html = await createReport(demoTraces());
    // A stricter policy than ours, from whoever shows the report, as mail readers and GitHub do.
    const strict = html.replace(
      "<head>",
      `<head><meta http-equiv="Content-Security-Policy" content="script-src 'none'">`,
    );
    await page.goto(await writeReport("static.html", strict));
    const text = await page.evaluate<string>(`document.getElementById("spanbook-static").innerText`);
    expect(text).toContain("RangeError: no chunk mentions “sourdough”");
    expect(text).toContain("compose.ts:41:11");
    expect(
      await page.evaluate(`document.querySelector("svg").getBoundingClientRect().height > 100 ||
      document.querySelector("details[open] svg").getBoundingClientRect().height > 100`),
    ).toBe(true);
    expect(await page.evaluate(`document.querySelector("spanbook-explorer")`)).toBeNull();
    await page.close();
  });
});
