// What recording costs a page in Chromium, with a profile on the disk: a span, a span until IndexedDB has it, and the longest
// task.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundlePage } from "./browser-page.mjs";
import { chromium } from "playwright-core";
import { findBrowser } from "../test/browser/find-browser.mjs";

export async function openRecordingPage({ isShort = false } = {}) {
  const traces = isShort ? 100 : 1000;
  const profile = await mkdtemp(path.join(tmpdir(), "spanbook-bench-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findBrowser("chromium"),
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  const page = await context.newPage();
  const script = await bundlePage("recording-page.js");
  const body = `<!doctype html><script>${script.replaceAll("</script", "<\\/script")}</script>`;
  await page.route("http://localhost/", (route) => route.fulfill({ body, contentType: "text/html" }));
  await page.goto("http://localhost/");
  const contender = (name, method, ...args) => ({
    name,
    measure: () => page.evaluate(([called, given]) => globalThis.bench[called](...given), [method, args]),
  });
  const recording = (kind) => ({
    title: `record in a page, ${kind}`,
    unit: "µs/span",
    ours: contender("Spanbook", "record", "ours", kind, traces),
    peer: contender("OpenTelemetry 2 web, no-op exporter", "record", "peer", kind, traces),
    floor: contender("floor", "record", "floor", kind, traces),
    target: { toPeer: 0.6, toFloor: 1.3 },
  });
  const devtools = await context.newCDPSession(page);
  const steady = (name, who, toUs) => ({
    name,
    measure: async () => {
      const tasks = await traceTasks(devtools, () =>
        page.evaluate((given) => globalThis.bench.recordSteadily(...given), [who, isShort ? 500 : 3000]),
      );
      return Math.max(...tasks.map(toUs)) / 1000;
    },
  });
  const longestTask = (title, toUs) => ({
    title,
    unit: "ms",
    ours: steady("Spanbook", "ours", toUs),
    peer: steady("OpenTelemetry 2 web, no-op exporter", "peer", toUs),
    floor: steady("nothing recorded", "nobody", toUs),
    target: { atMost: 8 },
  });
  return {
    lines: [
      recording("sync"),
      recording("async"),
      {
        title: "record in a page until IndexedDB has it",
        unit: "µs/span",
        ours: contender("Spanbook", "untilDurable", traces),
      },
      longestTask("longest task, 10,000 spans/s", ({ dur = 0 }) => dur),
      longestTask("longest task, 10,000 spans/s, on the thread", ({ tdur = 0 }) => tdur),
    ],
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/**
 * The tasks that ran on the page's thread meanwhile, from the browser's own tracing: `dur` from begin to end, `tdur` the time the
 * thread was running, both in microseconds. They differ if other threads got its core.
 */
async function traceTasks(devtools, act) {
  const events = [];
  const collect = ({ value }) => events.push(...value);
  devtools.on("Tracing.dataCollected", collect);
  await devtools.send("Tracing.start", {
    traceConfig: { includedCategories: ["toplevel"] },
    transferMode: "ReportEvents",
  });
  await act();
  const complete = new Promise((resolve) => devtools.once("Tracing.tracingComplete", resolve));
  await devtools.send("Tracing.end");
  await complete;
  devtools.off("Tracing.dataCollected", collect);
  const toThread = ({ pid, tid }) => `${pid}/${tid}`;
  const isMain = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(toThread),
  );
  return events.filter(
    (event) => event.name === "ThreadControllerImpl::RunTask" && isMain.has(toThread(event)),
  );
}
