import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserNames, useBrowser } from "./browsers.js";

let folder: string;
let origin: string;
const server = createServer((_request, response) => response.writeHead(404).end());

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-page-"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function writePage(name: string, html: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, `<!doctype html><meta charset="utf-8">${html}`);
  return pathToFileURL(file).href;
}

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);

  test("opens a page from disk and runs code in it", async (context) => {
    const page = await (await browser(context)).openPage();
    const url = await writePage(
      "quiet.html",
      `<title>a page</title><button onclick="this.title = 'hit'">press</button>`,
    );
    await page.goto(url);
    await page.click("button");
    await page.waitFor(`document.querySelector("button").title === "hit"`);
    expect(await page.title()).toBe("a page");
    expect(await page.evaluate("Promise.resolve(6 * 7)")).toBe(42);
    expect(await page.evaluate(({ left, right }) => left + right, { left: 1, right: 2 })).toBe(3);
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([]);
  });

  test("collects errors and requests", async (context) => {
    const page = await (await browser(context)).openPage();
    const script = `
      console.log("fine");
      console.error("logged");
      setTimeout(() => { document.body.id = "late"; throw new Error("uncaught"); });`;
    const body = `<body><img src="${origin}/missing.png"><script>${script}</script>`;
    await page.goto(await writePage("loud.html", body));
    await page.waitFor(`document.body.id === "late"`);
    expect(page.errors).toContainEqual("logged");
    expect(page.errors).toContainEqual(expect.stringContaining("uncaught"));
    expect(page.errors).not.toContainEqual("fine");
    expect(page.requests).toEqual([`${origin}/missing.png`]);
  });

  test("waits in a page whose policy forbids eval", async (context) => {
    const page = await (await browser(context)).openPage();
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'nonce-a'">`;
    const script = `<script nonce="a">setTimeout(() => { document.body.id = "late"; });</script>`;
    await page.goto(await writePage("strict.html", `${policy}<body>${script}`));
    await page.waitFor(`document.body.id === "late"`);
    expect(page.errors).toEqual([]);
  });

  test("has the size it is given", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(await writePage("plain.html", "<title>plain</title>"));
    await page.setSize(360, 640);
    expect(await page.evaluate("[innerWidth, innerHeight]")).toEqual([360, 640]);
    expect((await page.screenshot()).byteLength).toBeGreaterThan(100);
  });

  test("prefers a light scheme", async (context) => {
    const page = await (await browser(context)).openPage();
    expect(await page.evaluate("matchMedia('(prefers-color-scheme: light)').matches")).toBe(true);
  });

  const darkBrowser = useBrowser(name, { colorScheme: "dark" });

  test("prefers a dark scheme when asked", async (context) => {
    const page = await (await darkBrowser(context)).openPage();
    expect(await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true);
  });
});
