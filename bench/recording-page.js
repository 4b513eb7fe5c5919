// Records in a page, with Spanbook and with OpenTelemetry's web SDK; a worker takes what the floor posts.
import * as api from "@opentelemetry/api";
import { BatchSpanProcessor, StackContextManager, WebTracerProvider } from "@opentelemetry/sdk-trace-web";
import { createTracing } from "@spanbook/core";
import { openStore } from "@spanbook/store-idb";
import { exporterTo, floor, openTelemetry, programs, spanbook, spansPerTrace } from "./recorders.mjs";

const payload = { payload: true };

function createSink() {
  const worker = new Worker(URL.createObjectURL(new Blob(["onmessage = () => {}"])));
  return (message) => worker.postMessage(message);
}

async function createContenders() {
  const provider = new WebTracerProvider({
    spanProcessors: [
      new BatchSpanProcessor(
        exporterTo(() => undefined),
        { maxQueueSize: 1e6, scheduledDelayMillis: 1 },
      ),
    ],
  });
  api.context.setGlobalContextManager(new StackContextManager().enable());
  let active;
  const runActive = (span, fn) => {
    const before = active;
    active = span;
    try {
      return fn();
    } finally {
      active = before;
    }
  };
  const store = await openStore(`bench-${crypto.randomUUID()}`, { onError: console.error });
  return {
    ours: spanbook(createTracing({ store })),
    peer: openTelemetry("", api, provider.getTracer("bench")),
    floor: floor(createSink(), runActive, () => active),
  };
}

const contenders = createContenders();
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

globalThis.bench = {
  /** Microseconds per span in the calls and in what they put off until the thread is free. */
  async record(who, kind, traces) {
    const { call, settle = turn } = (await contenders)[who];
    let busyMs = 0;
    for (let i = 0; i < traces; i += 50) {
      const start = performance.now();
      for (let trace = 0; trace < 50; trace++) await programs[kind](call, payload);
      const busy = watchThread();
      await turn();
      busyMs += performance.now() - start - (await busy());
      await settle();
    }
    return (busyMs * 1000) / (traces * spansPerTrace);
  },
  /** Microseconds per span until the store has it. */
  async untilDurable(traces) {
    const { call, settle } = (await contenders).ours;
    const start = performance.now();
    for (let i = 1; i <= traces; i++) {
      programs.sync(call, payload);
      if (i % 50 === 0) await turn();
    }
    await settle();
    return ((performance.now() - start) * 1000) / (traces * spansPerTrace);
  },
  /** Records 10,000 spans a second, in ticks of 10 ms. */
  async recordSteadily(who, durationMs) {
    const { call } = (await contenders)[who] ?? { call: (_name, fn) => fn() };
    const start = performance.now();
    let recorded = 0;
    while (performance.now() - start < durationMs) {
      while (recorded < (performance.now() - start) * 10) {
        programs.sync(call, payload);
        recorded += spansPerTrace;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  },
};

/**
 * Posts itself messages: between two of them the thread was busy, except for the moment that a message takes. The result returns
 * how many milliseconds it was not, and stops watching.
 */
function watchThread() {
  const { port1, port2 } = new MessageChannel();
  const shortMs = 0.05;
  let last = performance.now();
  let idleMs = 0;
  let isOn = true;
  port1.onmessage = () => {
    const now = performance.now();
    if (now - last < shortMs) idleMs += now - last;
    last = now;
    if (isOn) port2.postMessage(undefined);
  };
  port2.postMessage(undefined);
  return async () => {
    isOn = false;
    return idleMs;
  };
}
