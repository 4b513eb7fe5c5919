import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDemo } from "../support/demo.js";
import { browserNames, useBrowser } from "./browsers.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-demo-"));
  expect(await runDemo(folder)).toMatchObject({ exitCode: 0 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(browserNames)("the demo's report in %s", (name) => {
  const browser = useBrowser(name);

  it("opens from disk without a request and shows the failed question's exception with its stack", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(pathToFileURL(path.join(folder, "report.html")).href);
    const explorer = `document.querySelector("spanbook-explorer")?.shadowRoot`;
    const row = (text: string) =>
      `[...(${explorer}?.querySelectorAll('[role="row"]') ?? [])].find((row) => row.textContent.includes(${JSON.stringify(text)}))`;
    await page.waitFor(row("licence of left-pad"));
    await page.evaluate(`${row("licence of left-pad")}.click()`);
    await page.waitFor(row("readManifest"));
    await page.evaluate(`${row("packageFacts")}.click()`);
    await page.waitFor(`${explorer}.textContent.includes("there is no package left-pad here")`);
    const text = await page.evaluate<string>(`${explorer}.textContent`);
    expect(text).toMatch(/Caused by.*ENOENT/);
    expect(text).toMatch(/quickstart\.mjs:\d+/);
    expect(page.requests).toEqual([]);
    expect(page.errors).toEqual([]);
  });
});
