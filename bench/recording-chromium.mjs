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
  const taskMs = isShort ? 500 : 3000;
  return {
    lines: [
      recording("sync"),
      recording("async"),
      {
        title: "record in a page until IndexedDB has it",
        unit: "µs/span",
        ours: contender("Spanbook", "untilDurable", traces),
      },
      {
        title: "longest task, 10,000 spans/s",
        unit: "ms",
        ours: contender("Spanbook", "longestTask", "ours", taskMs),
        peer: contender("OpenTelemetry 2 web, no-op exporter", "longestTask", "peer", taskMs),
        floor: contender("nothing recorded", "longestTask", "nobody", taskMs),
        target: { atMost: 8 },
      },
    ],
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
