import { mkdir, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readGuidePrograms } from "../support/guide-programs.js";
import { demoTraces } from "../support/traces.js";
import { useBrowser } from "./browsers.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

// The examples of docs/widget.md, run as they are written there.

const folder = "out/examples";
const policy = {
  "content-security-policy":
    "default-src 'self'; script-src 'self'; style-src 'self'; require-trusted-types-for 'script'",
};
const browser = useBrowser("chromium");
let site: TestSite;

beforeAll(async () => {
  const programs = readGuidePrograms("docs/widget.md");
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/bundled.js`, programs["bundled.js"]!);
  await writeFile(
    `${folder}/react.jsx`,
    `/** @jsxImportSource react */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
${programs["explorer.jsx"]}
const traces = await (await fetch("./traces.json")).json();
const root = createRoot(document.querySelector("main"));
root.render(<StrictMode><Explorer source={traces} /></StrictMode>);
globalThis.unmount = () => root.unmount();`,
  );
  await writeFile(
    `${folder}/address.js`,
    `const store = await (await fetch("./traces.json")).json();\n${programs["address.js"]}`,
  );
  const scripted = (name: string) => ({
    html: `<title>${name}</title><body><main></main><script type="module" src="./${name}.js"></script>`,
    headers: policy,
  });
  site = await servePages({
    pages: {
      "/plain.html": { html: programs["plain.html"]! },
      "/bundled.html": scripted("bundled"),
      "/react.html": scripted("react"),
      "/address.html": scripted("address"),
    },
    data: { "/favicon.ico": "", "/traces.json": JSON.stringify(demoTraces()) },
    modules: {
      "spanbook-widget": "packages/widget/src/bundle.ts",
      bundled: `${folder}/bundled.js`,
      react: `${folder}/react.jsx`,
      address: `${folder}/address.js`,
    },
  });
});

afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

const explorer = `document.querySelector("spanbook-explorer")`;
const rowCount = `${explorer}?.shadowRoot.querySelectorAll("[role=row][data-id]").length`;

test("plain HTML shows traces with the single file beside the page", async (context) => {
  const page = await (await browser(context)).openPage();
  await page.goto(`${site.origin}/plain.html`);
  await page.waitFor(`${rowCount} === 5`);
  expect(page.errors).toEqual([]);
  await page.close();
});

test("a page that records shows its own traces, under a strict policy", async (context) => {
  const page = await (await browser(context)).openPage();
  await page.goto(`${site.origin}/bundled.html`);
  await page.waitFor(`${explorer}?.shadowRoot.textContent.includes("hello")`);
  expect(page.errors).toEqual([]);
  await page.close();
});

test("a React component shows its source, and removes the explorer when it unmounts", async (context) => {
  const page = await (await browser(context)).openPage();
  await page.goto(`${site.origin}/react.html`);
  await page.waitFor(`${rowCount} === 5`);
  expect(await page.evaluate(`document.querySelectorAll("spanbook-explorer").length`)).toBe(1);
  await page.evaluate(`unmount()`);
  await page.waitFor(`${explorer} === null`);
  expect(page.errors).toEqual([]);
  await page.close();
});

test("a page that keeps the state in its address can use the browser's back button", async (context) => {
  const page = await (await browser(context)).openPage();
  await page.goto(`${site.origin}/address.html#groupBy=session`);
  await page.waitFor(`${explorer}?.state.groupBy === "session" && ${rowCount} > 0`);
  await page.evaluate(`${explorer}.shadowRoot.querySelector("[aria-label='Group by']").dispatchEvent(
    Object.assign(new Event("change", { bubbles: true }), (${explorer}.shadowRoot.querySelector("[aria-label='Group by']").value = "", {})))`);
  await page.waitFor(`${rowCount} === 5 && !location.hash.includes("groupBy")`);
  await page.evaluate(`history.back()`);
  await page.waitFor(`${explorer}.state.groupBy === "session"`);
  expect(page.errors).toEqual([]);
  await page.close();
});
