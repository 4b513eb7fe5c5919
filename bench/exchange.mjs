// Writing and reading OTLP JSON and reports: what a span costs, and that memory does not grow with the file.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { openStore } from "@spanbook/store-sqljs";
import { createReport } from "@spanbook/widget";
import { chromium } from "playwright-core";
import { findBrowser } from "../test/browser/find-browser.mjs";
import { once } from "./harness.mjs";
import { attributes, spansPerTrace } from "./recorders.mjs";

const encoder = new TextEncoder();
/** In an import. */
const spansPerBatch = 500;
/** How often the heap is measured during a file; each time collects garbage, which takes long if much is kept. */
const looks = 16;

export async function openExchange({ isShort = false } = {}) {
  const traceCount = isShort ? 50 : 1000;
  const spanCount = traceCount * spansPerTrace;
  const folder = await mkdtemp(path.join(tmpdir(), "spanbook-bench-"));
  const store = createMemoryStore();
  await recordTraces(store, traceCount);
  const otelSpans = recordOtelSpans(spanCount);
  const pieces = [];
  for await (const piece of exportOtlp(store)) pieces.push(piece);
  const text = pieces.join("");
  const plainSpans = await readSpans(store);
  const plainTexts = plainSpans.map((span) => JSON.stringify(span));
  const file = await openStore(path.join(folder, "full.db"));
  await importOtlp(file, text);
  let emptyFiles = 0;
  const importIntoFile = async () => {
    const empty = await openStore(path.join(folder, `${++emptyFiles}.db`));
    await importOtlp(empty, text);
    await empty.close();
  };

  const timed = (name, run) => ({
    name,
    async measure() {
      const start = performance.now();
      await run();
      return ((performance.now() - start) * 1000) / spanCount;
    },
  });
  const perSpan = { unit: "µs/span", unitBytes: encoder.encode(text).length / spanCount };
  const parseAndStringify = timed("JSON.parse and stringify", () => JSON.stringify(JSON.parse(text)));
  const rewrite = timed("JSON.parse and stringify of each span", () =>
    plainTexts.map((payload) => JSON.stringify(JSON.parse(payload))),
  );
  const peer = timed("OpenTelemetry serializer, spans at hand", () =>
    JsonTraceSerializer.serializeRequest(otelSpans),
  );
  const lines = [
    {
      title: "export OTLP JSON from a store in memory",
      ...perSpan,
      ours: timed("Spanbook", () => drain(exportOtlp(store))),
      peer,
      floor: rewrite,
      target: { toPeer: 1 },
    },
    {
      title: "export OTLP JSON from an SQLite file",
      ...perSpan,
      ours: timed("Spanbook", () => drain(exportOtlp(file))),
      peer,
      floor: rewrite,
    },
    {
      title: "import OTLP JSON",
      ...perSpan,
      ours: timed("Spanbook", () => importOtlp(createSink(), text)),
      floor: parseAndStringify,
      target: { toFloor: 2 },
    },
    {
      title: "import OTLP JSON into an SQLite file, durably",
      ...perSpan,
      ours: timed("Spanbook", importIntoFile),
      floor: parseAndStringify,
    },
    ...(await memoryLines(text, isShort ? [8, 16] : [8, 64])),
    {
      title: `report of ${traceCount} traces, created`,
      ...perSpan,
      ours: timed("Spanbook", () => createReport(store)),
      floor: timed("JSON.stringify and gzip", () => gzipSync(JSON.stringify(plainSpans))),
    },
  ];
  const opening = await openReportLine(await createReport(store), traceCount);
  return {
    lines: [...lines, opening.line],
    async close() {
      await opening.close();
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a model is asked and answers, about 200 bytes each, with the quotes and line breaks typical of such texts. */
function conversation(number) {
  return {
    inputs: {
      messages: [
        { role: "system", content: 'Answer in one sentence.\nSay "I do not know" if you do not.' },
        { role: "user", content: `What melts at ${number} degrees, and what burns with a candle's wick?` },
      ],
    },
    outputs: {
      message: {
        role: "assistant",
        content: `Paraffin "melts" at about ${number % 70} °C;\nits vapour burns.`,
      },
      usage: { input_tokens: number % 997, output_tokens: 21 },
    },
  };
}

async function recordTraces(store, count) {
  const tracing = createTracing({ store });
  let number = 0;
  const call = (name, fn) => {
    const { inputs, outputs } = conversation(++number);
    return tracing.withSpan(
      (span) => {
        span.setAttributes(attributes);
        fn?.();
        return outputs;
      },
      { name, inputs, spanType: "CHAIN" },
    );
  };
  const middle = () => {
    call("leaf");
    call("leaf");
  };
  for (let i = 0; i < count; i++) {
    call("root", () => {
      for (let child = 0; child < 3; child++) call("middle", middle);
    });
    if (i % 100 === 99) await tracing.flush();
  }
  await tracing.shutdown();
}

function recordOtelSpans(count) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer("bench");
  for (let i = 0; i < count; i++) {
    const { inputs, outputs } = conversation(i);
    const values = {
      "mlflow.spanType": '"CHAIN"',
      "mlflow.spanInputs": JSON.stringify(inputs),
      "mlflow.spanOutputs": JSON.stringify(outputs),
    };
    tracer.startSpan("leaf", { attributes: { ...attributes, ...values } }).end();
  }
  return exporter.getFinishedSpans();
}

async function readSpans(store) {
  const { traces } = await store.search({ includeSpans: true, maxResults: 1000 });
  return traces.flatMap(({ data }) => data.spans);
}

/** Counted in bytes, which is what the peer gives, and how a file is written. */
async function drain(pieces, onPiece) {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += encoder.encode(piece).length;
    onPiece?.();
  }
  return bytes;
}

/** A store that accepts everything and keeps nothing. */
function createSink(onWrite) {
  return { write: async () => onWrite?.() };
}

/** How much the heap grows while files of those sizes pass, compared with the file itself. */
async function memoryLines(text, megabytes) {
  const lines = [];
  const elements = text.split("\n");
  for (const size of megabytes) {
    const times = Math.max(1, Math.round((size * 1e6) / text.length));
    const mb = Math.round((times * text.length) / 1e6);
    const store = createMemoryStore();
    await importOtlp(store, renumbered(elements, times));
    const whole = { name: "the whole text", measure: async () => (times * text.length) / 1e6 };
    const line = (title, run) => ({
      title: `memory while ${mb} MB are ${title}`,
      unit: "MB",
      ours: { name: "Spanbook", measure: once(async () => ({ peak: await peak(run) }), 2)("peak") },
      peer: whole,
      target: { toPeer: 0.2 },
    });
    const spanCount = times * spansOf(text);
    lines.push(
      line("exported", (look) => drain(exportOtlp(store), everyNth(spanCount / spansPerTrace / looks, look))),
      line("imported", (look) =>
        importOtlp(
          createSink(everyNth(spanCount / spansPerBatch / looks, look)),
          renumbered(elements, times),
        ),
      ),
    );
  }
  return lines;
}

/**
 * A file made of that document several times, one element per line, with different traces each time. Pieces end within elements,
 * and only the piece being read is held.
 */
async function* renumbered(elements, times) {
  for (let i = 0; i < times; i++) {
    const prefix = (i + 1).toString(16).padStart(4, "0");
    for (const element of elements) {
      const next = element.replace(/"traceId":"..../g, `"traceId":"${prefix}`);
      yield next.slice(0, next.length / 2);
      yield next.slice(next.length / 2);
    }
    yield "\n";
  }
}

/** The greatest heap growth in megabytes while `run` runs, which says when to measure. */
async function peak(run) {
  const heap = () => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  let highest = before;
  await run(() => (highest = Math.max(highest, heap())));
  return (Math.max(highest, heap()) - before) / 1e6;
}

function everyNth(n, act) {
  let count = 0;
  return () => {
    if (count++ % Math.max(1, Math.round(n)) === 0) act();
  };
}

function spansOf(text) {
  return text.split('"spanId":').length - 1;
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
      target: { atMost: 400 },
    },
    close: () => browser.close(),
  };
}
