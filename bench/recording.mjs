// What recording costs on the calling thread, in microseconds a span: a root and 9 descendants (3 × (1 + 2)), each with 5
// attributes and about 200 bytes of inputs and of outputs, handed to the store included.
import { AsyncLocalStorage } from "node:async_hooks";
import { Worker } from "node:worker_threads";
import { context, trace as otelTrace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { createTracing } from "@spanbook/core";

const inputs = { question: "x".repeat(180) };
const outputs = { answer: "y".repeat(180) };
const attributes = { index: 1, name: "two", isLast: true, score: 2.5, group: "five" };
const spansPerTrace = 10;
const tracesPerRound = 2000;

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

export function recordingLines() {
  return [false, true].flatMap((isAsync) => {
    const kind = isAsync ? "async" : "sync";
    return [
      line(
        `record a span, ${kind}`,
        isAsync,
        openTelemetry("no-op exporter", () => undefined),
        0.6,
      ),
      line(`record a span, ${kind}`, isAsync, openTelemetry("JSON serializer", serialize), 0.4),
    ];
  });
}

function line(title, isAsync, peer, toPeer) {
  const contender = ({ name, call }) => ({
    name,
    measure: () => measure(isAsync ? programAsync : program, call),
  });
  return {
    title,
    unit: "µs/span",
    ours: contender(spanbook()),
    peer: contender(peer),
    floor: contender(floor()),
    target: { toPeer, toFloor: 1.3 },
  };
}

function program(call) {
  call("root", () => {
    for (let i = 0; i < 3; i++) call("middle", () => [call("leaf", done), call("leaf", done)]);
  });
}

async function programAsync(call) {
  await call("root", async () => {
    for (let i = 0; i < 3; i++) {
      await call("middle", async () => {
        await call("leaf", doneAsync);
        await call("leaf", doneAsync);
      });
    }
  });
}

function done() {
  return outputs;
}

async function doneAsync() {
  return outputs;
}

async function measure(run, call) {
  const start = performance.now();
  let idleMs = 0;
  for (let i = 0; i < tracesPerRound; i++) {
    await run(call);
    // Batches leave on timers: let them, and count what they cost, but not the waiting.
    if (i % 50 === 49) idleMs += await turn();
  }
  return ((performance.now() - start - idleMs) * 1000) / (tracesPerRound * spansPerTrace);
}

function turn() {
  const { idle } = performance.eventLoopUtilization();
  return new Promise((resolve) => {
    setTimeout(() => resolve(performance.eventLoopUtilization().idle - idle), 1);
  });
}

/** Posts to a worker that throws it away: the structured clone is paid on the calling thread. */
function createSink() {
  const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', {
    eval: true,
  });
  worker.unref();
  return (message) => worker.postMessage(message);
}

function spanbook() {
  const post = createSink();
  const store = { write: async (batch) => post(batch) };
  const tracing = createTracing({ store, maxBufferedSpans: 1e6 });
  return {
    name: "Spanbook",
    call(name, fn) {
      return tracing.withSpan(
        (span) => {
          span.setAttributes(attributes);
          return fn();
        },
        { name, inputs },
      );
    },
  };
}

function openTelemetry(name, onExport) {
  const exporter = {
    export(spans, callback) {
      onExport(spans);
      callback({ code: 0 });
    },
    shutdown: async () => undefined,
  };
  const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 1e6, scheduledDelayMillis: 1 });
  const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer("bench");
  return {
    name: `OpenTelemetry, ${name}`,
    call(spanName, fn) {
      const span = tracer.startSpan(spanName);
      span.setAttributes(attributes);
      span.setAttribute("inputs", JSON.stringify(inputs));
      const end = (result) => {
        span.setAttribute("outputs", JSON.stringify(outputs));
        span.end();
        return result;
      };
      const result = context.with(otelTrace.setSpan(context.active(), span), fn);
      return typeof result?.then === "function" ? result.then(end) : end(result);
    },
  };
}

function serialize(spans) {
  return JsonTraceSerializer.serializeRequest(spans);
}

/** The least that the job takes: ids, two clock reads, async storage, JSON text, and posting it. */
function floor() {
  const post = createSink();
  const storage = new AsyncLocalStorage();
  const pool = new Uint8Array(4096);
  let next = pool.length;
  let texts = [];
  function newId(byteCount) {
    if (next + byteCount > pool.length) {
      crypto.getRandomValues(pool);
      next = 0;
    }
    next += byteCount;
    return Buffer.from(pool.buffer, next - byteCount, byteCount).toString("hex");
  }
  return {
    name: "floor",
    call(name, fn) {
      const parent = storage.getStore();
      const span = {
        traceId: parent?.traceId ?? newId(16),
        spanId: newId(8),
        parentSpanId: parent?.spanId,
        name,
        start: performance.now(),
        end: 0,
        attributes: { ...attributes, inputs: JSON.stringify(inputs), outputs: "" },
      };
      const end = (result) => {
        span.attributes.outputs = JSON.stringify(outputs);
        span.end = performance.now();
        texts.push(JSON.stringify(span));
        if (texts.length === 500) {
          post(texts.join("\n"));
          texts = [];
        }
        return result;
      };
      const result = storage.run(span, fn);
      return typeof result?.then === "function" ? result.then(end) : end(result);
    },
  };
}
