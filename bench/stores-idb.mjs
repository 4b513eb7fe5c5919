// IndexedDB in Chromium, with a profile on the disk: writing compared with one record per span, whole traces, and how the store grows.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { esbuildTextImports } from "../build/text-imports.mjs";
import { findBrowser } from "../test/browser/find-browser.mjs";

/** Milliseconds, by how many spans a trace has. */
const getBudgets = { 1000: 10, 100_000: 1300 };
/** Milliseconds, at any size; undefined if there is no target. */
const readBudgets = {
  open: undefined,
  "first page": 10,
  "tag filter": 30,
  "tag filter by duration": undefined,
  "text filter": undefined,
  stats: undefined,
  "get of a trace": undefined,
  "100 changes": undefined,
};
const spansPerTrace = 10;

/** The lines, and a function that closes the browser. */
export async function openIdbBench({ isShort = false } = {}) {
  const { call, close } = await openBrowser();
  if (isShort) return { lines: [...writeLines(call, [10]).slice(0, 1), ...getLines(call, [1000])], close };
  return { lines: [...writeLines(call, [1, 10, 100, 1000]), ...getLines(call, [1000, 100_000])], close };
}

/**
 * One store, filled step by step with traces of 10 spans.
 *
 * @returns {Promise<import("./growth.mjs").Growing>}
 */
export async function openIdbGrowth() {
  const { call, close } = await openBrowser();
  await call("openGrowing");
  return {
    title: `IndexedDB, traces of ${spansPerTrace} spans`,
    fillTo: (spanCount) => call("fillTo", spanCount, spansPerTrace),
    reads: Object.fromEntries(
      Object.entries(readBudgets).map(([what, atMost]) => [
        what,
        { measure: () => call("read", what), ...(atMost && { atMost }) },
      ]),
    ),
    close,
  };
}

function writeLines(call, traceSizes) {
  return traceSizes.flatMap((spansPerTrace) => [
    ...["idb", "Dexie"].map((library) => writeLine(call, "write durably", spansPerTrace, false, library)),
    writeLine(call, "write and fold in", spansPerTrace, true, "idb"),
  ]);
}

function writeLine(call, what, spansPerTrace, isFolded, library) {
  return {
    title: `IndexedDB, ${what}, ${spansPerTrace} spans a trace`,
    unit: "µs/span",
    ours: { name: "Spanbook", measure: () => call("write", spansPerTrace, isFolded) },
    peer: { name: `${library}, one put a span`, measure: () => call("writePutPerSpan", library) },
    target: isFolded ? {} : { toPeer: 1 / 6 },
  };
}

function getLines(call, sizes) {
  return sizes.flatMap((spanCount) => [
    getLine(call, spanCount, false, { atMost: getBudgets[spanCount] }),
    getLine(call, spanCount, true, {}),
  ]);
}

function getLine(call, spanCount, isFirst, target) {
  return {
    title: `IndexedDB, ${isFirst ? "first get" : "get"} ${spanCount.toLocaleString("en")} spans`,
    unit: "ms",
    ours: {
      name: "Spanbook",
      async measure() {
        await call("fillLarge", spanCount);
        return call("get", spanCount, isFirst);
      },
    },
    target,
  };
}

/** `call` calls an action of the page. */
async function openBrowser() {
  const server = await serve();
  const profile = await mkdtemp(path.join(tmpdir(), "spanbook-bench-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findBrowser("chromium"),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
    ],
  });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction("globalThis.bench !== undefined");
  return {
    call: (name, ...args) => page.evaluate(([name, args]) => globalThis.bench[name](...args), [name, args]),
    async close() {
      await context.close();
      server.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function serve() {
  const { outputFiles } = await build({
    entryPoints: ["bench/stores-idb-page.mjs"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    external: ["node:*"],
    conditions: ["spanbook-source"],
    plugins: [esbuildTextImports()],
    logLevel: "error",
  });
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(
      isScript ? outputFiles[0].text : `<!doctype html><script type="module" src="/page.js"></script>`,
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
