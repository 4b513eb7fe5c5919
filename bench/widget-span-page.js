// The page in which a span of many megabytes is opened: the explorer, and its text in an element.
import { show } from "@spanbook/widget";
import { longestFrame, timed, until, watchFrames } from "./page-timing.js";

const traceId = "1".padStart(32, "0");
const startNano = "1700000000000000000";
const endNano = "1700000001000000000";
const ids = ["1", "2"].map((id) => id.padStart(16, "0"));

const sentence = "The quick brown fox jumps over the lazy dog, and nobody asks it why it does so. ";
const repeated = (bytes) => sentence.repeat(Math.ceil(bytes / sentence.length));

/** Inputs as JSON text of about that many bytes. */
const inputs = {
  text: (bytes) => JSON.stringify({ text: repeated(bytes) }),
  records: (bytes) =>
    JSON.stringify(
      Array.from({ length: Math.ceil(bytes / 100) }, (_, id) => ({
        id,
        score: id / 7,
        note: sentence.slice(0, 66),
      })),
    ),
  messages: (bytes) =>
    JSON.stringify({
      messages: Array.from({ length: Math.ceil(bytes / 400) }, (_, index) => ({
        role: index % 2 ? "assistant" : "user",
        content: sentence.repeat(4),
      })),
    }),
};

const digests = ids.map((spanId, index) => ({
  traceId,
  spanId,
  ...(index > 0 && { parentSpanId: ids[0] }),
  name: index > 0 ? "answer" : "ask",
  type: "LLM",
  status: "OK",
  startTimeUnixNano: startNano,
  endTimeUnixNano: endNano,
  version: 1,
}));

const info = {
  traceId,
  name: "ask",
  state: "OK",
  requestTime: 1_700_000_000_000,
  startTimeUnixNano: startNano,
  executionDuration: 1000,
  tags: {},
  traceMetadata: {},
  spanCount: 2,
  openSpanCount: 0,
  errorCount: 0,
  revision: 1,
};

const toTrace = (part) => ({ info, data: { spans: [], digests: part, resources: {}, scopes: {} } });

/** Returns the span as a worker does: parsed, its inputs as text. */
function toReader(text) {
  return {
    search: async () => ({ traces: [toTrace([])] }),
    get: async (_, { after } = {}) => toTrace(after ? [] : digests),
    getSpan: async (_, spanId) => ({
      ...digests.find((known) => known.spanId === spanId),
      kind: 1,
      attributes: { "mlflow.spanInputs": text, "mlflow.spanType": "LLM" },
      events: [],
      links: [],
      status: { code: 1 },
    }),
    changes: async () => ({ changes: [], revision: 1, hasMore: false }),
  };
}

const texts = new Map();
function textOf(kind, bytes) {
  const key = `${kind} ${bytes}`;
  if (!texts.has(key)) texts.set(key, inputs[kind](bytes));
  return texts.get(key);
}

let element;
function close() {
  element?.dispose?.();
  element?.remove();
}

const actions = {
  /** From the click on the span to its inputs on the screen, and the longest frame meanwhile. */
  async open(kind, bytes) {
    close();
    const text = textOf(kind, bytes);
    element = show(toReader(text));
    element.style.height = "700px";
    document.body.append(element);
    const root = element.shadowRoot;
    await until(
      () => root.querySelectorAll("[role=treegrid] [data-id]").length === 2 && root.querySelector(".details"),
    );
    await longestFrame(() => {});
    const toFrames = watchFrames();
    const ms = await timed(async () => {
      root.querySelector(`[data-id="${ids[1]}"]`).click();
      await until(() => root.querySelector(".section-body"));
    });
    await longestFrame(() => {});
    return { ms, frameMs: Math.max(...toFrames()) };
  },
  /** All of the text in an element. */
  plain(kind, bytes) {
    close();
    const text = textOf(kind, bytes);
    element = document.createElement("pre");
    element.style.cssText = "height: 700px; overflow: auto; white-space: pre-wrap";
    return timed(() => {
      element.textContent = text;
      document.body.append(element);
    });
  },
  parse(kind, bytes) {
    const text = textOf(kind, bytes);
    return timed(() => JSON.parse(text));
  },
  close,
};

Object.assign(globalThis, { actions });
