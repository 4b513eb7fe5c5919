// OTLP JSON out and in, and reports: what a span costs, and that memory does not grow with the file.
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { createReport } from "@spanbook/widget";
import { chromium } from "playwright-core";
import { findBrowser } from "../test/browser/find-browser.mjs";
import { attributes, inputs, outputs, programs, spanbook, spansPerTrace } from "./recorders.mjs";

export async function openExchange({ isShort = false } = {}) {
  const traceCount = isShort ? 100 : 1000;
  const spanCount = traceCount * spansPerTrace;
  const store = await recordTraces(traceCount);
  const otelSpans = recordOtelSpans(spanCount);
  const largeStore = await recordTraces(8 * traceCount);
  let text = "";
  for await (const piece of exportOtlp(store)) text += piece;
  const plainSpans = await readSpans(store);
  const plainTexts = plainSpans.map((span) => JSON.stringify(span));

  const timed = (name, run) => ({
    name,
    async measure() {
      const start = performance.now();
      await run();
      return ((performance.now() - start) * 1000) / spanCount;
    },
  });
  const whole = { name: "the whole text", measure: async () => (8 * text.length) / 1e6 };
  const lines = [
    {
      title: "export OTLP JSON from a store in memory",
      unit: "µs/span",
      ours: timed("Spanbook", () => drain(exportOtlp(store))),
      peer: timed("OpenTelemetry serializer, spans at hand", () =>
        JsonTraceSerializer.serializeRequest(otelSpans),
      ),
      floor: timed("JSON.parse and stringify", () =>
        plainTexts.map((payload) => JSON.stringify(JSON.parse(payload))),
      ),
      target: { toPeer: 1 },
    },
    {
      title: "import OTLP JSON",
      unit: "µs/span",
      ours: timed("Spanbook", () => importOtlp(createSink(), text)),
      floor: timed("JSON.parse and stringify", () => JSON.stringify(JSON.parse(text))),
      target: { toFloor: 2 },
    },
    {
      title: `memory while ${Math.round((8 * text.length) / 1e6)} MB are exported`,
      unit: "MB",
      ours: peak("Spanbook", () => drain(exportOtlp(largeStore))),
      peer: whole,
      target: { toPeer: 0.5 },
    },
    {
      title: `memory while ${Math.round((8 * text.length) / 1e6)} MB are imported`,
      unit: "MB",
      ours: peak("Spanbook", () => importOtlp(createSink(), linesOf(text, 8))),
      peer: whole,
      target: { toPeer: 0.5 },
    },
    {
      title: `report of ${traceCount} traces, created`,
      unit: "µs/span",
      ours: timed("Spanbook", () => createReport(store)),
      floor: timed("JSON.stringify", () => JSON.stringify(plainSpans)),
    },
  ];
  const opening = await openReportLine(await createReport(store), traceCount);
  return { lines: [...lines, opening.line], close: opening.close };
}

async function recordTraces(count) {
  const store = createMemoryStore();
  const tracing = createTracing({ store });
  const { call } = spanbook(tracing);
  for (let i = 0; i < count; i++) programs.sync(call, { payload: true });
  await tracing.shutdown();
  return store;
}

function recordOtelSpans(count) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer("bench");
  for (let i = 0; i < count; i++) {
    const values = { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputs) };
    tracer.startSpan("leaf", { attributes: { ...attributes, ...values } }).end();
  }
  return exporter.getFinishedSpans();
}

async function readSpans(store) {
  const { traces } = await store.search({ includeSpans: true, maxResults: 1000 });
  return traces.flatMap(({ data }) => data.spans);
}

async function drain(pieces) {
  let length = 0;
  for await (const piece of pieces) length += piece.length;
  return length;
}

/** A store that takes all and keeps nothing. */
function createSink() {
  return { write: async () => undefined };
}

/** A file of that document, several times over, a line each. */
async function* linesOf(text, times) {
  const line = `${text.replaceAll("\n", "")}\n`;
  for (let i = 0; i < times; i++) {
    for (let at = 0; at < line.length; at += 65_536) yield line.slice(at, at + 65_536);
  }
}

/** By how much the heap grows at most while it runs, after a collection at each look. */
function peak(name, run) {
  return {
    name,
    async measure() {
      const heap = () => {
        globalThis.gc?.();
        return process.memoryUsage().heapUsed;
      };
      const before = heap();
      let highest = before;
      const timer = setInterval(() => (highest = Math.max(highest, heap())), 5);
      await run();
      clearInterval(timer);
      return (Math.max(highest, heap()) - before) / 1e6;
    },
  };
}

/** From the start of the page until its first rows are drawn. */
async function openReportLine(html, traceCount) {
  const executablePath = findBrowser("chromium");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage();
  await page.route("http://localhost/", (route) => route.fulfill({ body: html, contentType: "text/html" }));
  return {
    line: {
      title: `report of ${traceCount} traces, opened`,
      unit: "ms",
      ours: {
        name: "Chromium",
        async measure() {
          await page.goto("http://localhost/");
          const rows = page.locator("spanbook-explorer [role=row]");
          await rows.nth(1).waitFor();
          return page.evaluate(() => performance.now());
        },
      },
      target: { atMost: 1000 },
    },
    close: () => browser.close(),
  };
}
