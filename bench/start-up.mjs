// The cost of starting: each entry's import in Node, the first traced call of a page, and a recorder with nothing to record.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { findBrowser } from "../test/browser/find-browser.mjs";
import { median } from "./harness.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
/** Entries that only a worker, a browser or the command line imports. */
const notInNode = ["@spanbook/core/worker", "@spanbook/store-idb/worker", "@spanbook/widget/element"];

export async function openStartUp({ isShort = false } = {}) {
  const entries = isShort ? ["@spanbook/core"] : await listEntries();
  const idleMs = isShort ? 200 : 1000;
  const browser = await chromium.launch({
    executablePath: findBrowser("chromium"),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  return {
    lines: [
      ...entries.map(importLine),
      idleLine(idleMs),
      await startPageLine(browser, isShort ? 1 : 9),
      await idlePageLine(browser, idleMs),
    ],
    close: () => browser.close(),
  };
}

async function listEntries() {
  const packages = ["core", "store-idb", "store-sqljs", "widget"];
  const manifests = await Promise.all(
    packages.map(async (name) => JSON.parse(await readFile(`${root}packages/${name}/package.json`, "utf8"))),
  );
  return manifests
    .flatMap(({ name, exports }) => Object.keys(exports).map((entry) => name + entry.slice(1)))
    .filter((entry) => !notInNode.includes(entry));
}

function importLine(entry) {
  const importing = (name) => ({
    name,
    measure: () =>
      inNewProcess(
        `const start = performance.now(); await import("${name}"); print(performance.now() - start);`,
      ),
  });
  return {
    title: `import ${entry}`,
    unit: "ms",
    ours: importing(entry),
    peer: importing("@opentelemetry/sdk-trace-base"),
    target: { toPeer: 0.9 },
  };
}

/** CPU time of a process that has recorded and is now idle; it must have no timer either. */
function idleLine(idleMs) {
  const idling = (name, before) => ({
    name,
    measure: () =>
      inNewProcess(`
        ${before}
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const timers = process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
        if (timers > 0) throw new Error("expected no timers in an idle process, got " + timers);
        const { user, system } = process.cpuUsage();
        await new Promise((resolve) => setTimeout(resolve, ${idleMs}));
        const used = process.cpuUsage();
        print((used.user - user + used.system - system) / ${idleMs});`),
  });
  return {
    title: "idle process, no timers",
    unit: "CPU ms/s",
    ours: idling(
      "Spanbook",
      `const { createTracing } = await import("@spanbook/core");
       const { openStore } = await import("@spanbook/store-sqljs");
       const tracing = createTracing({ store: await openStore(":memory:") });
       tracing.withSpan(() => 1, { name: "once" });
       await tracing.flush();`,
    ),
    floor: idling("an empty process", ""),
    target: { atMost: 1 },
  };
}

async function inNewProcess(program) {
  const script = `
    const print = (value) => { console.log(value); process.exit(); };
    void (async () => {${program}})();`;
  const { stdout } = await run(process.execPath, ["--eval", script], { cwd: root });
  return Number(stdout);
}

/** From the start of the page's script until the first traced call has returned, the script's compilation included. */
async function startPageLine(browser, pagesPerRound) {
  const ours = `
    import { init, trace } from "@spanbook/core";
    import { createMemoryStore } from "@spanbook/core/memory";
    init({ store: createMemoryStore() });
    trace(() => 1, { name: "first" })();
    globalThis.endMs = performance.now();`;
  const peer = `
    import { BatchSpanProcessor, InMemorySpanExporter, WebTracerProvider } from "@opentelemetry/sdk-trace-web";
    const provider = new WebTracerProvider({ spanProcessors: [new BatchSpanProcessor(new InMemorySpanExporter())] });
    provider.register();
    provider.getTracer("bench").startSpan("first").end();
    globalThis.endMs = performance.now();`;
  const starting = async (name, program) => {
    const open = await pageWith(browser, program);
    return {
      name,
      // One page's start can take twice as long as the next.
      async measure() {
        const costs = [];
        for (let i = 0; i < pagesPerRound; i++) {
          const page = await open();
          costs.push(await page.evaluate(() => globalThis.endMs - globalThis.startMs));
          await page.close();
        }
        return median(costs);
      },
    };
  };
  return {
    title: "page, from script to first traced call",
    unit: "ms",
    ours: await starting("Spanbook", ours),
    peer: await starting("OpenTelemetry 2 web", peer),
    target: { toPeer: 1 },
  };
}

/** CPU time of the browser's pages and workers after a page has recorded and is idle; it must set no timer either. */
async function idlePageLine(browser, idleMs) {
  const session = await browser.newBrowserCDPSession();
  const cpuMs = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const pages = processInfo.filter(({ type }) => type === "renderer");
    return pages.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
  };
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const idling = async (name, program) => {
    const open = await pageWith(browser, program);
    return {
      name,
      async measure() {
        const page = await open();
        await page.evaluate(() => globalThis.ready);
        await sleep(1500);
        const timers = await page.evaluate(() => globalThis.timers);
        const before = await cpuMs();
        await sleep(idleMs);
        const cost = (((await cpuMs()) - before) * 1000) / idleMs;
        const more = (await page.evaluate(() => globalThis.timers)) - timers;
        if (more > 0) throw new Error(`expected no timers in an idle page, got ${more}`);
        await page.close();
        return cost;
      },
    };
  };
  const counting = `
    globalThis.timers = 0;
    for (const name of ["setTimeout", "setInterval", "requestAnimationFrame", "requestIdleCallback"]) {
      const set = globalThis[name];
      globalThis[name] = (...args) => (globalThis.timers++, set(...args));
    }`;
  return {
    title: "idle page, no timers",
    unit: "CPU ms/s",
    ours: await idling(
      "Spanbook",
      `${counting}
       import { createTracing } from "@spanbook/core";
       import { openStore } from "@spanbook/store-idb";
       globalThis.ready = (async () => {
         const tracing = createTracing({ store: await openStore("idle") });
         tracing.withSpan(() => 1, { name: "once" });
         await tracing.flush();
       })();`,
    ),
    floor: await idling("an empty page", counting),
    target: { atMost: 1 },
  };
}

/** Opens a new page with that program inlined. */
async function pageWith(browser, program) {
  const script = (await bundle(program)).replaceAll("</script", "<\\/script");
  const body = `<!doctype html><script>globalThis.startMs = performance.now()</script><script>${script}</script>`;
  return async () => {
    const page = await browser.newPage();
    await page.route("http://localhost/", (route) => route.fulfill({ body, contentType: "text/html" }));
    await page.goto("http://localhost/");
    return page;
  };
}

async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    logLevel: "error",
  });
  return outputFiles[0].text;
}
