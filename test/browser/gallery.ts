/**
 * The page that is photographed: the explorer in the state that its address names. `#<state>?<selection>` where selection is
 * a number of a trace and one of a span.
 */
import { createMemoryStore } from "@spanbook/core/memory";
import { show } from "../../packages/widget/src/show.js";
import { toReader, type TraceSource } from "../../packages/widget/src/source.js";
import { epochMs, spanId, traceId } from "../support/spans.js";
import { aTrace, demoSpans, demoTraces, hostileTrace, largeTrace, manyTraces } from "../support/traces.js";

// Times of today, whenever that is: near now, so that lists show times of day.
const nowMs = Date.now() - epochMs - 90_000;

const never = new Promise<never>(() => {});
const broken = () =>
  Promise.reject(Object.assign(new Error("the worker ended"), { name: "StoreWorkerError" }));

const states: Record<string, () => TraceSource> = {
  empty: () => createMemoryStore(),
  loading: () => ({ ...toReader([]), search: () => never }),
  error: () => ({ ...toReader([]), search: broken }),
  "error-span": () => ({ ...toReader(demoTraces(nowMs)), getSpan: broken }),
  one: () => demoTraces(nowMs).slice(0, 1),
  two: () => demoTraces(nowMs).slice(3),
  demo: () => demoTraces(nowMs),
  many: () => manyTraces(200, nowMs - 200 * 47_000),
  large: () => largeTrace(10_000, nowMs),
  hostile: () => [hostileTrace(1), hostileTrace(2)],
  unfinished: () => [
    aTrace(demoSpans({ trace: 1, startMs: nowMs, isOpen: true }), {}, false),
    ...demoTraces(nowMs - 9000).slice(1),
  ],
  running: () => [
    aTrace(demoSpans({ trace: 1, startMs: nowMs + 88_900, isOpen: true })),
    ...demoTraces(nowMs).slice(1),
  ],
};

const [state = "demo", selection = ""] = decodeURIComponent(location.hash.slice(1)).split("?");
const [trace, span] = selection.split(",").map(Number);
document.body.append(
  show(states[state]?.() ?? [], {
    ...(trace && { selection: { traceId: traceId(trace), ...(span && { spanId: spanId(span) }) } }),
  }),
);
