// IndexedDB in Chromium, with a profile on the disk: writing against one record a span, and how reading grows with the store.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { esbuildTextImports } from "../build/text-imports.mjs";
import { findBrowser } from "../test/browser/find-browser.mjs";

const spansPerTrace = 10;
/** Milliseconds, at 100,000 traces. */
const readBudgets = { "first page": 50, "tag filter": 300, "text filter": 1000, stats: 10_000 };
/** Milliseconds by the spans of a trace. */
const getBudgets = { 1000: 10, 100_000: 2000 };

/** The lines, and what ends the browser. `sizes` are the stores that are filled to be read, in traces. */
export async function openIdbBench(sizes) {
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
  const call = (name, ...args) =>
    page.evaluate(([name, args]) => globalThis.bench[name](...args), [name, args]);
  return {
    lines: [...writeLines(call), ...readLines(call, sizes)],
    async close() {
      await context.close();
      server.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

function writeLines(call) {
  return [1, 10, 100, 1000].flatMap((spansPerTrace) => [
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

function readLines(call, sizes) {
  const growing = Object.entries(readBudgets).flatMap(([name, budgetMs]) =>
    sizes.map((count) =>
      readLine(call, `${name}, ${toText(count)} traces`, [count, spansPerTrace, name], budgetMs),
    ),
  );
  const whole = Object.entries(getBudgets).map(([spans, budgetMs]) =>
    readLine(call, `get ${toText(Number(spans))} spans`, [1, Number(spans), "get"], budgetMs),
  );
  return [...growing, ...whole];
}

function readLine(call, title, [traceCount, spans, name], budgetMs) {
  return {
    title: `IndexedDB, ${title}`,
    unit: "ms",
    ours: {
      name: "Spanbook",
      async measure() {
        await call("fill", traceCount, spans);
        return call("read", traceCount, spans, name);
      },
    },
    peer: { name: "budget", measure: async () => budgetMs },
    target: { toPeer: 1 },
  };
}

function toText(count) {
  return count.toLocaleString("en");
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
