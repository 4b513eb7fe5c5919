import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserNames, useBrowser } from "./browsers.js";

// The page of notebooks/quickstart.html, on what was built, as any static server gives it.

const root = fileURLToPath(new URL("../../", import.meta.url));
const types: Record<string, string> = { ".html": "text/html; charset=utf-8" };
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  readFile(path.join(root, pathname)).then(
    (content) => {
      response.writeHead(200, { "content-type": types[path.extname(pathname)] ?? "text/javascript" });
      response.end(content);
    },
    () => response.writeHead(404).end(),
  );
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notebooks/quickstart.html`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

describe.each(browserNames)("the quickstart page in %s", (name) => {
  const browser = useBrowser(name);

  test("answers questions, shows its traces, and has them after a reload", async (context) => {
    const page = await (await browser(context)).openPage();
    const isReady = `document.body?.dataset.state === "ready"`;
    await page.goto(url);
    await page.waitFor(isReady);
    expect(await page.evaluate("document.querySelector('#store').textContent")).toBe(
      "This browser holds 0 traces of earlier visits, 0 of them unfinished.",
    );
    const answers = await page.evaluate<string>("document.querySelector('#answers').textContent");
    expect(answers).toContain("upgrade callback runs");
    expect(answers).toContain("failed: there is no package left-pad here");
    expect(await page.evaluate("document.querySelector('#explorer').childElementCount")).toBe(1);

    await page.goto(url);
    await page.waitFor(isReady);
    expect(await page.evaluate("document.querySelector('#store').textContent")).toMatch(
      /^This browser holds [1-9]\d* traces of earlier visits, 0 of them unfinished\.$/,
    );
    expect(page.errors.filter((error) => !error.includes("favicon") && !error.includes("404"))).toEqual([]);
    await page.close();
  });
});
