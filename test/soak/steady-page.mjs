// A page that records for long into IndexedDB, with the explorer open on it all the time.
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { explainMissing, findBrowser } from "../browser/find-browser.mjs";
import { compareThirds, deletedFirst } from "./steady.mjs";

const bundle = fileURLToPath(new URL("../../packages/spanbook/dist/spanbook.js", import.meta.url));
const growthAllowed = {
  ...{ heapBytes: 1.3, workerHeapBytes: 1.3, storageBytes: 1.5 },
  ...{ nodes: 1.2, listeners: 1.1, frames: 1 },
};

/** The page as somebody would write it, on the single file. */
const html = `<!doctype html><meta charset="utf-8"><title>steady</title><link rel="icon" href="data:,">
<script type="module">
  import { createTracing, openStore, show } from "/spanbook.js";
  const plan = Object.fromEntries(new URLSearchParams(location.search));
  const [tracesPerSecond, maxTraces, deletedFirst] =
    ["tracesPerSecond", "maxTraces", "deletedFirst"].map((name) => Number(plan[name]));
  const failures = [];
  const onError = (failure) => failures.push(String(failure));
  addEventListener("error", ({ message }) => onError(message));
  addEventListener("unhandledrejection", ({ reason }) => onError(reason));
  const store = await openStore("steady", { onError });
  const tracing = createTracing({ store, retention: { maxTraces }, onError });
  let recorded = 0;
  while (recorded < deletedFirst) {
    for (const end = recorded + 1000; recorded < end; recorded++) tracing.withSpan(() => 0, { name: "first" });
    await tracing.flush();
  }
  const explorer = document.body.appendChild(show(store));
  const answer = tracing.trace(
    async (question) => {
      await tracing.withSpan(() => "x".repeat(2000), { name: "search" });
      return "an answer to " + question;
    },
    { name: "ask" },
  );
  const startMs = performance.now();
  setInterval(() => {
    const due = ((performance.now() - startMs) / 1000) * tracesPerSecond;
    while (recorded - deletedFirst < due) answer("question " + recorded++);
  }, 100);
  globalThis.steady = {
    /** A reader opens the newest trace, or goes back to the list. */
    open: () => (explorer.value = { traceId: tracing.getLastActiveTraceId() }),
    leave: () => (explorer.value = undefined),
    look: async () => ({
      recorded,
      failures,
      rows: explorer.shadowRoot.querySelectorAll("[data-id]").length,
      traceCount: (await store.stats({ bucketCount: 1 })).traceCount,
      storageBytes: (await navigator.storage.estimate()).usage,
    }),
  };
</script>`;

/**
 * Records in Chromium until then, which can tell what a page and its worker hold. Between samples a trace is opened and left again.
 * Gives what {@link compareThirds} gives; throws where the page tells of a failure too.
 */
export async function recordInPage(endMs, { tracesPerSecond = 10, maxTraces = 500 } = {}) {
  const executablePath = findBrowser("chromium");
  if (executablePath === undefined) throw new Error(explainMissing("chromium"));
  const server = createServer((request, response) => {
    const isScript = request.url === "/spanbook.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    if (isScript) createReadStream(bundle).pipe(response);
    else response.end(html);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const userDataDir = mkdtempSync(path.join(tmpdir(), "spanbook-steady-"));
  const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
  // What is recorded and deleted first takes minutes.
  const protocolTimeout = 900_000;
  const browser = await puppeteer.launch({ executablePath, userDataDir, args, protocolTimeout });
  try {
    const page = await browser.newPage();
    const plan = new URLSearchParams({ tracesPerSecond, maxTraces, deletedFirst });
    await page.goto(`http://127.0.0.1:${server.address().port}/?${plan}`);
    await page.waitForFunction("globalThis.steady", { timeout: 900_000 });
    const samples = await takeSamples(page, endMs);
    return compareThirds(samples, growthAllowed, maxTraces);
  } finally {
    await browser.close();
    server.close();
    rmSync(userDataDir, { recursive: true, force: true });
  }
}

async function takeSamples(page, endMs) {
  const samples = [];
  const sampleMs = Math.max(4000, (endMs - Date.now()) / 60);
  const client = await page.createCDPSession();
  while (Date.now() < endMs) {
    await pause(sampleMs / 2);
    await page.evaluate("steady.open()");
    await pause(sampleMs / 2);
    await page.evaluate("steady.leave()");
    await page.waitForFunction("steady.look().then(({ rows }) => rows > 0)");
    samples.push(await takeSample(page, client));
  }
  return samples;
}

async function takeSample(page, client) {
  const [worker] = page.workers();
  await client.send("HeapProfiler.collectGarbage");
  await worker.client.send("HeapProfiler.collectGarbage");
  const { recorded, failures, traceCount, storageBytes } = await page.evaluate("steady.look()");
  if (failures.length > 0) throw new Error(failures.join("; "));
  const { JSHeapUsedSize, Nodes, JSEventListeners, Frames } = await page.metrics();
  const { usedSize } = await worker.client.send("Runtime.getHeapUsage");
  return {
    ...{ recorded, traceCount, storageBytes },
    ...{ heapBytes: JSHeapUsedSize, workerHeapBytes: usedSize },
    ...{ nodes: Nodes, listeners: JSEventListeners, frames: Frames },
  };
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
