// A page that records into IndexedDB for a long time, with the explorer open on it throughout.
import { createReadStream, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { explainMissing, findBrowser } from "../browser/find-browser.mjs";
import { compareThirds, deletedFirst } from "./steady.mjs";

const bundle = fileURLToPath(new URL("../../packages/spanbook/dist/spanbook.js", import.meta.url));
/** What can be measured in each browser, and by what factor it may have grown at the end. */
const browsers = {
  chromium: {
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
    look: lookAtHeaps,
    growthAllowed: {
      ...{ heapBytes: 1.3, workerHeapBytes: 1.3, storageBytes: 1.5 },
      ...{ nodes: 1.2, listeners: 1.1, frames: 1 },
    },
  },
  firefox: {
    args: [],
    look: lookAtProcesses,
    growthAllowed: { memoryBytes: 1.3, storageBytes: 1.5, nodes: 1.2 },
  },
};

/** The page as a user would write it, on the single file. */
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
      nodes: explorer.shadowRoot.querySelectorAll("*").length,
      traceCount: (await store.stats({ bucketCount: 1 })).traceCount,
      storageBytes: (await navigator.storage.estimate()).usage,
    }),
  };
</script>`;

/**
 * Records in a browser until `endMs`. Between samples a trace is opened and left again. In Chromium the heaps of the page and its
 * worker are measured, in Firefox all that its processes hold. Returns what {@link compareThirds} returns; also throws if the page
 * reports a failure.
 */
export async function recordInPage(endMs, browserName, { tracesPerSecond = 10, maxTraces = 500 } = {}) {
  const executablePath = findBrowser(browserName);
  if (executablePath === undefined) throw new Error(explainMissing(browserName));
  const { args, look, growthAllowed } = browsers[browserName];
  const server = createServer((request, response) => {
    const isScript = request.url === "/spanbook.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    if (isScript) createReadStream(bundle).pipe(response);
    else response.end(html);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const userDataDir = mkdtempSync(path.join(tmpdir(), "spanbook-steady-"));
  // What is recorded and deleted first takes minutes.
  const protocolTimeout = 900_000;
  const browser = await puppeteer.launch({
    ...{ browser: browserName === "chromium" ? "chrome" : "firefox" },
    ...{ executablePath, userDataDir, args, protocolTimeout },
  });
  try {
    const page = await browser.newPage();
    const plan = new URLSearchParams({ tracesPerSecond, maxTraces, deletedFirst });
    await page.goto(`http://127.0.0.1:${server.address().port}/?${plan}`);
    await page.waitForFunction("globalThis.steady", { timeout: 900_000 });
    const samples = await takeSamples(page, endMs, await look(page, browser));
    return compareThirds(samples, growthAllowed, maxTraces);
  } finally {
    await browser.close();
    server.close();
    rmSync(userDataDir, { recursive: true, force: true });
  }
}

async function takeSamples(page, endMs, lookInside) {
  const samples = [];
  const sampleMs = Math.max(4000, (endMs - Date.now()) / 60);
  while (Date.now() < endMs) {
    await pause(sampleMs / 2);
    await page.evaluate("steady.open()");
    await pause(sampleMs / 2);
    await page.evaluate("steady.leave()");
    await page.waitForFunction("steady.look().then(({ rows }) => rows > 0)");
    const held = await lookInside();
    const { recorded, failures, traceCount, storageBytes, nodes } = await page.evaluate("steady.look()");
    if (failures.length > 0) throw new Error(failures.join("; "));
    samples.push({ recorded, traceCount, storageBytes, nodes, ...held });
  }
  return samples;
}

/** Each returns the function that measures. */
async function lookAtHeaps(page) {
  const client = await page.createCDPSession();
  return async () => {
    const [worker] = page.workers();
    await client.send("HeapProfiler.collectGarbage");
    await worker.client.send("HeapProfiler.collectGarbage");
    const { JSHeapUsedSize, Nodes, JSEventListeners, Frames } = await page.metrics();
    const { usedSize } = await worker.client.send("Runtime.getHeapUsage");
    return {
      ...{ heapBytes: JSHeapUsedSize, workerHeapBytes: usedSize },
      ...{ nodes: Nodes, listeners: JSEventListeners, frames: Frames },
    };
  };
}

/** From /proc: the browser's process, and those that it has started. */
async function lookAtProcesses(_, browser) {
  const root = browser.process().pid;
  return () => {
    const processes = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((id) => readProcess(Number(id)));
    const ids = new Set([root]);
    for (let size = 0; size < ids.size;) {
      size = ids.size;
      for (const { id, parent } of processes) if (ids.has(parent)) ids.add(id);
    }
    const own = processes.filter(({ id }) => ids.has(id));
    return { memoryBytes: own.reduce((sum, { ownBytes }) => sum + ownBytes, 0) };
  };
}

/** Its parent, and the memory that it shares with no other; empty if it has ended meanwhile. */
function readProcess(id) {
  try {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))[1]);
    const ownKilobytes = Number(
      /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0,
    );
    return [{ id, parent, ownBytes: ownKilobytes * 1024 }];
  } catch {
    return [];
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
