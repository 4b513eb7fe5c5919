// What recording costs in Node: on the calling thread, posting to the store's worker included; in heap; until it is durable.
import { AsyncLocalStorage } from "node:async_hooks";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { getHeapStatistics } from "node:v8";
import { Worker } from "node:worker_threads";
import { setLangfuseTracerProvider, startActiveObservation } from "@langfuse/tracing";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import * as api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import * as sdk3 from "@opentelemetry/sdk-trace";
import * as sdk2 from "@opentelemetry/sdk-trace-base";
import { createTracing } from "@spanbook/core";
import { connectStore, nodeWorker } from "@spanbook/core/worker";
import { openStore } from "@spanbook/store-sqljs";
import { median } from "./harness.mjs";
import {
  attributes,
  exporterTo,
  floor,
  inputs,
  openTelemetry,
  outputs,
  programs,
  settleWith,
  spanbook,
  spansPerTrace,
} from "./recorders.mjs";

const payload = { payload: true };
const noPayload = { payload: false };
const chunksPerStream = 1000;

api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** The lines, and a function that ends the workers. */
export async function openRecording({ isShort = false } = {}) {
  const traces = isShort ? 200 : 2000;
  const connected = await connectStore(
    nodeWorker(new Worker(new URL("recording-sink.mjs", import.meta.url))),
    undefined,
    console.error,
  );
  const { store } = connected;
  const ours = spanbook(createTracing({ store }));
  const otel2 = otelPeer("OpenTelemetry 2, no-op exporter", sdk2.BasicTracerProvider, sdk2, () => undefined);
  const otel2Json = otelPeer("OpenTelemetry 2, JSON serializer", sdk2.BasicTracerProvider, sdk2, serialize);
  const otel3 = otelPeer("OpenTelemetry 3, no-op exporter", sdk3.TracerProvider, sdk3, () => undefined);
  const peers = [
    [otel2, 0.6],
    [otel2Json, 0.4],
    [otel3, 0.6],
    [langfuse(), 0.4],
  ];
  const least = postingFloor();

  const timed = (title, run, options, peer, target) => ({
    title,
    unit: "µs/span",
    ours: timing(ours, run, options, traces),
    peer: timing(peer, run, options, traces),
    floor: timing(least, run, options, traces),
    target,
  });
  return {
    lines: [
      ...["sync", "async"].flatMap((kind) => [
        ...peers.map(([peer, toPeer]) =>
          timed(`record, ${kind}`, programs[kind], payload, peer, { toPeer, toFloor: 1.3 }),
        ),
        timed(`record without payload, ${kind}`, programs[kind], noPayload, otel2, { toPeer: 0.3 }),
      ]),
      timed("record an error", programs.failing, payload, otel2, { toPeer: 0.6 }),
      streamLine(store, isShort ? 10 : 100),
      ...idleWrapperLines(store, isShort ? 1e5 : 1e6),
      heapLine(isShort ? 100 : 500),
      allocationLine(ours, otel2, least, isShort ? 20 : 200),
      durableLine(isShort ? 200 : 2000),
    ],
    close: () => store.close(),
  };
}

function timing({ name, call, settle = turn }, run, options, traces) {
  return {
    name,
    async measure() {
      const start = performance.now();
      const { idle } = performance.eventLoopUtilization();
      for (let i = 1; i <= traces; i++) {
        await run(call, options);
        // Batches are sent on timers: let them, and count their cost, but not the waiting.
        if (i % 50 === 0) await settle();
      }
      const idleMs = performance.eventLoopUtilization().idle - idle;
      return ((performance.now() - start - idleMs) * 1000) / (traces * spansPerTrace);
    },
  };
}

function turn() {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

function otelPeer(name, Provider, sdk, onExport, options = {}) {
  const processor = new sdk.BatchSpanProcessor(exporterTo(onExport), {
    maxQueueSize: 1e6,
    scheduledDelayMillis: 1,
  });
  const provider = new Provider({ spanProcessors: [processor], ...options });
  return openTelemetry(name, api, provider.getTracer("bench"));
}

function serialize(spans) {
  return JsonTraceSerializer.serializeRequest(spans);
}

function langfuse() {
  const processor = new LangfuseSpanProcessor({
    exporter: exporterTo(() => undefined),
    publicKey: "bench",
    secretKey: "bench",
    shouldExportSpan: () => true,
  });
  setLangfuseTracerProvider(new sdk2.BasicTracerProvider({ spanProcessors: [processor] }));
  return {
    name: "Langfuse 5, no-op exporter",
    call: (name, fn, options) =>
      startActiveObservation(name, (span) => {
        const end = (result) => {
          span.update({ metadata: attributes, ...(options.payload && { output: outputs }) });
          return result;
        };
        if (options.payload) span.update({ input: inputs });
        return settleWith(fn, end, (error) => {
          throw error;
        });
      }),
  };
}

/** Posts to a worker that discards it: the structured clone is paid for on the calling thread. */
function postingFloor() {
  const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', {
    eval: true,
  });
  worker.unref();
  const storage = new AsyncLocalStorage();
  return floor(
    (message) => worker.postMessage(message),
    (span, fn) => storage.run(span, fn),
    () => storage.getStore(),
  );
}

function streamLine(store, streams) {
  const tracing = createTracing({ store });
  const tracer = new sdk2.BasicTracerProvider({
    spanProcessors: [new sdk2.BatchSpanProcessor(exporterTo(() => undefined))],
  }).getTracer("bench");
  async function* tell() {
    for (let i = 0; i < chunksPerStream; i++) yield "token ";
  }
  async function* tellOtel() {
    const span = tracer.startSpan("tell");
    const texts = [];
    for await (const chunk of tell()) {
      texts.push(chunk);
      span.addEvent("chunk", { value: chunk });
      yield chunk;
    }
    span.setAttribute("outputs", JSON.stringify(texts));
    span.end();
  }
  const reading = (name, open, settle) => ({
    name,
    async measure() {
      const start = performance.now();
      for (let i = 0; i < streams; i++) for await (const chunk of open()) if (chunk === "") return 0;
      await settle?.();
      return ((performance.now() - start) * 1000) / (streams * chunksPerStream);
    },
  });
  return {
    title: "stream 1,000 chunks",
    unit: "µs/chunk",
    ours: reading("Spanbook", tracing.trace(tell), () => tracing.flush()),
    peer: reading("OpenTelemetry 2, an event a chunk", tellOtel),
    floor: reading("floor", tell),
    target: { toPeer: 0.9 },
  };
}

/** The cost of a wrapper that records nothing, compared with the bare call. */
function idleWrapperLines(store, calls) {
  const add = (a, b) => a + b;
  const timeCalls = (fn) => {
    const start = performance.now();
    let sum = 0;
    for (let i = 0; i < calls; i++) sum = fn(sum, i) % 1000;
    return ((performance.now() - start) * 1e6) / calls;
  };
  const over = (name, fn) => ({ name, measure: async () => timeCalls(fn) - timeCalls(add) });
  const wrapped = (name, options) => {
    const tracing = createTracing({ store, ...options });
    if (!options) tracing.disable();
    return over(name, tracing.trace(add));
  };
  const otel = (name, tracer) => {
    const { call } = openTelemetry(name, api, tracer);
    return over(name, (a, b) => call("add", () => add(a, b), noPayload));
  };
  const unsampled = new sdk2.BasicTracerProvider({ sampler: new sdk2.AlwaysOffSampler() });
  const line = (title, atMost, ours, peer) => ({ title, unit: "ns", ours, peer, target: { atMost } });
  return [
    line(
      "disabled, over the bare call",
      50,
      wrapped("Spanbook"),
      otel("OpenTelemetry, no SDK", api.trace.getTracer("")),
    ),
    line(
      "unsampled, over the bare call",
      100,
      wrapped("Spanbook", { sampling: 0 }),
      otel("OpenTelemetry 2, unsampled", unsampled.getTracer("")),
    ),
  ];
}

/** How much memory a span takes while its exporter or store does not answer. */
function heapLine(traces) {
  const never = new Promise(() => undefined);
  const holding = (name, create) => ({
    name,
    async measure() {
      globalThis.gc();
      const before = process.memoryUsage().heapUsed;
      const { call, keep } = create();
      for (let i = 0; i < traces; i++) programs.sync(call, payload);
      // By now the batches are made.
      await turn();
      await turn();
      globalThis.gc();
      const grown = process.memoryUsage().heapUsed - before;
      keep();
      return grown / (traces * spansPerTrace);
    },
  });
  return {
    title: "heap of a buffered span",
    unit: "B",
    ours: holding("Spanbook", () => {
      const tracing = createTracing({ store: { write: () => never } });
      return { ...spanbook(tracing), keep: () => tracing.stats() };
    }),
    peer: holding("OpenTelemetry 2", () => {
      const hanging = { export: () => undefined, shutdown: async () => undefined };
      const processor = new sdk2.BatchSpanProcessor(hanging, { maxQueueSize: 1e6, exportTimeoutMillis: 1e6 });
      const provider = new sdk2.BasicTracerProvider({ spanProcessors: [processor] });
      return { ...openTelemetry("", api, provider.getTracer("")), keep: () => provider };
    }),
    target: { toPeer: 0.5 },
  };
}

/** Garbage: everything allocated between two collections. */
function allocationLine(ours, peer, least, chunks) {
  const allocating = ({ name, call, settle = turn }) => ({
    name,
    async measure() {
      const perSpan = [];
      for (let i = 0; i < chunks; i++) {
        const before = getHeapStatistics().used_heap_size;
        for (let trace = 0; trace < 10; trace++) programs.sync(call, payload);
        await settle();
        perSpan.push((getHeapStatistics().used_heap_size - before) / (10 * spansPerTrace));
      }
      return median(perSpan.filter((bytes) => bytes > 0));
    },
  });
  return {
    title: "allocated a span",
    unit: "B",
    ours: allocating(ours),
    peer: allocating(peer),
    floor: allocating(least),
    target: { toPeer: 1 },
  };
}

/** From the first call until the last span is on the disk. */
function durableLine(traces) {
  const folder = () => mkdtempSync(path.join(tmpdir(), "spanbook-bench-"));
  const until = (name, open) => ({
    name,
    async measure() {
      const at = folder();
      const { call, finish, close } = await open(path.join(at, "traces"));
      const start = performance.now();
      for (let i = 1; i <= traces; i++) {
        programs.sync(call, payload);
        if (i % 50 === 0) await turn();
      }
      await finish();
      const cost = ((performance.now() - start) * 1000) / (traces * spansPerTrace);
      await close();
      rmSync(at, { recursive: true });
      return cost;
    },
  });
  return {
    title: "record until durable, SQLite file",
    unit: "µs/span",
    ours: until("Spanbook", async (file) => {
      const store = await openStore(`${file}.db`);
      const tracing = createTracing({ store });
      const close = () => tracing.shutdown().then(() => store.close());
      return { ...spanbook(tracing), finish: () => tracing.flush(), close };
    }),
    peer: until("OpenTelemetry 2, JSON lines, fsync a batch", async (file) => {
      const descriptor = openSync(`${file}.jsonl`, "w");
      const append = exporterTo((spans) => {
        writeSync(descriptor, serialize(spans));
        fsyncSync(descriptor);
      });
      const processor = new sdk2.BatchSpanProcessor(append, {
        maxQueueSize: 1e6,
        scheduledDelayMillis: 1,
      });
      const provider = new sdk2.BasicTracerProvider({ spanProcessors: [processor] });
      return {
        ...openTelemetry("", api, provider.getTracer("bench")),
        finish: () => provider.forceFlush(),
        close: async () => closeSync(descriptor),
      };
    }),
  };
}
