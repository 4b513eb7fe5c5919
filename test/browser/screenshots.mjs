import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createReport } from "@spanbook/widget";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { esbuildTextImports } from "../../build/text-imports.mjs";
import { explainMissing, findBrowser } from "./find-browser.mjs";

// Takes pictures of the explorer and the report in every state, light and dark, in three widths, to look at: out/screenshots.
// Accepts names of pictures: `npm run screenshots -- demo-span one`. Run `npm run build:js` first.

const folder = path.resolve("out/screenshots");
const heights = { 360: 700, 800: 560, 1400: 760 };

/** What follows # in the gallery's address, by the picture's name. */
const states = {
  empty: "empty",
  loading: "loading",
  error: "error",
  one: "one",
  two: "two",
  demo: "demo",
  "demo-trace": "demo?1",
  "demo-failed": "demo?3",
  "demo-failed-span": "demo?3,13",
  "demo-search": "demo?3!search",
  "demo-content": "demo?3!content",
  "demo-zoom": "demo?3,13!zoom",
  "demo-model": "demo?1,11",
  "demo-retriever": "demo?5,2",
  chat: "chat?1,2",
  markdown: "markdown?1,2",
  "markdown-outputs": "markdown?1,2!outputs",
  "markdown-table": "markdown?1,2!table",
  "markdown-text": "markdown?1,1!text",
  "markdown-session": "markdown?session-markdown",
  "json-search": "chat?1,3!json",
  help: "demo?1!help",
  "list-choose": "many!choose",
  "list-columns": "demo!columns",
  "list-complete": "demo!complete",
  "list-mistake": "demo!mistake",
  "list-search-help": "demo!search-help",
  "list-searching": "busy!searching",
  "list-no-match": "demo!no-match",
  "list-found": "many!found",
  "list-groups": "sessions!groups",
  "list-newest": "many!scroll",
  "plot-latency": "many!latency",
  "plot-spans": "many!spans",
  "plot-tokens": "many!tokens",
  session: "sessions?session-1",
  many: "many",
  "many-trace": "many?40,11",
  large: "large?1",
  "large-span": "large?1,500",
  "large-failed": "large?1!failed",
  "large-levels": "large?1!levels",
  edit: "store?3!about",
  "edit-tag": "store?3!tag",
  "edit-feedback": "store?3!feedback",
  "edit-history": "store?3!history",
  "edit-span": "store?3,13",
  "edit-failed": "stuck?3!save",
  "edit-code": "demo?3!save",
  compare: "demo!compare",
  "compare-span": "demo!compare-span",
  "compare-many": "many!compare",
  picker: "demo?3!picker",
  flame: "demo?3,11!flame",
  "flame-heavy": "demo?3!heavy",
  "large-flame": "large?1!flame",
  "large-heavy": "large?1!heavy",
  share: "demo?3!share",
  "share-span": "demo?3,11!share-span",
  unfinished: "unfinished?1",
  running: "running?1,11",
  "error-span": "error-span?1,2",
  hostile: "hostile?1,2",
  extreme: "extreme",
  "extreme-trace": "extreme?1",
  "extreme-span": "extreme?2,2",
  reading: "reading?1",
  "large-text": "large-text?1,1",
  cell: "demo!cell",
  "cell-empty": "empty!cell",
  "cell-loading": "loading!cell",
  "cell-error": "error!cell",
  "cell-one": "one!cell",
  "cell-many": "many!cell",
  "cell-running": "running?1!cell",
  "cell-trace": "demo?3,13!cell",
  jupyter: "demo?3,13!jupyter",
};

const executablePath = findBrowser("chromium");
if (executablePath === undefined) throw new Error(explainMissing("chromium"));
const wanted = process.argv.slice(2);
if (wanted.length === 0) await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });

const gallery = await writeGallery();
const reports = await writeReports();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  for (const colorScheme of (process.env.SCHEMES ?? "light dark").split(" ")) {
    for (const [width, height] of Object.entries(heights)) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width: Number(width), height },
      });
      for (const [name, hash] of Object.entries(states)) {
        await photograph(context, `${gallery}#${hash}`, `${name}-${width}-${colorScheme}`);
      }
      for (const [name, url] of Object.entries(reports)) {
        await photograph(context, url, `${name}-${width}-${colorScheme}`);
      }
      await context.close();
    }
    const context = await browser.newContext({ colorScheme, javaScriptEnabled: false });
    await photograph(context, reports.report, `report-static-${colorScheme}`);
    await context.close();
  }
} finally {
  await browser.close();
}

async function photograph(context, url, name) {
  if (wanted.length > 0 && !wanted.some((prefix) => name.startsWith(prefix))) return;
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && console.error(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => console.error(`${name}: ${error}`));
  await page.goto(url);
  await page.waitForTimeout(900);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await page.close();
}

async function writeGallery() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("gallery.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    conditions: ["spanbook-source"],
    plugins: [esbuildTextImports()],
  });
  const script = outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  const file = path.join(folder, "gallery.html");
  await writeFile(
    file,
    `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>:root { color-scheme: light dark } body { margin: 0 } spanbook-explorer { height: 100vh }</style>
<body><script>${script}</script>`,
  );
  return pathToFileURL(file).href;
}

async function writeReports() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../support/traces.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    conditions: ["spanbook-source"],
    plugins: [esbuildTextImports()],
  });
  const { demoTraces } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
  );
  const startMs = Date.now() - 1_700_000_000_000 - 90_000;
  const file = path.join(folder, "report.html");
  await writeFile(
    file,
    await createReport(demoTraces(startMs), { title: "Questions about installed packages" }),
  );
  return { report: pathToFileURL(file).href };
}
