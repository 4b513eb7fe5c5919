// The page in which the view of a trace is measured: the explorer, plain DOM rows and a canvas draw the same spans.
import { show } from "@spanbook/widget";

const startNano = 1_700_000_000_000_000_000n;
const shapes = {
  /** Loops of calls, some nested deeply, as an agent leaves them. */
  agent: (index) => (index % 10 < 3 ? index - 1 : Math.floor(index / 12)),
  chain: (index) => index - 1,
  wide: () => 0,
};
const types = ["TOOL", "CHAT_MODEL", "RETRIEVER", "PARSER", "EMBEDDING", "UNKNOWN"];

const toId = (number, length) => number.toString(16).padStart(length, "0");

function aDigest(traceId, index, parentOf, count) {
  const start = startNano + BigInt(index) * 1_000_000n;
  const ms = index === 0 ? count + 50 : 1 + ((index * 7919) % 40);
  return {
    traceId,
    spanId: toId(index + 1, 16),
    ...(index > 0 && { parentSpanId: toId(Math.max(0, parentOf(index)) + 1, 16) }),
    name: `${types[index % 6].toLowerCase()} ${index % 50}`,
    type: index === 0 ? "AGENT" : types[index % 6],
    status: index % 251 === 250 ? "ERROR" : "OK",
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(ms) * 1_000_000n),
    version: 1,
  };
}

let traceCount = 0;

/** A reader of one trace that can grow. It gives pages as a store does. */
function aSource(count, shape) {
  const traceId = toId(++traceCount, 32);
  const digests = Array.from({ length: count }, (_, index) => aDigest(traceId, index, shapes[shape], count));
  let revision = 1;
  let readMs = 0;
  const info = () => ({
    traceId,
    name: "crawl",
    state: "OK",
    requestTime: 1_700_000_000_000,
    startTimeUnixNano: String(startNano),
    executionDuration: count + 50,
    tags: {},
    traceMetadata: {},
    spanCount: digests.length,
    openSpanCount: 0,
    errorCount: digests.filter(({ status }) => status === "ERROR").length,
    revision,
  });
  const trace = (part) => ({ info: info(), data: { spans: [], digests: part, resources: {}, scopes: {} } });
  return {
    traceId,
    /** When the spans were read last. */
    readMs: () => readMs,
    grow(by) {
      for (let i = 0; i < by; i++) digests.push(aDigest(traceId, digests.length, shapes[shape], count));
      revision++;
    },
    reader: {
      search: async () => ({ traces: [trace([])] }),
      get: async (_, { maxSpans = Infinity, after } = {}) => {
        readMs = performance.now();
        const from = after ? digests.findIndex(({ spanId }) => spanId === after.spanId) + 1 : 0;
        return trace(digests.slice(from, from + maxSpans));
      },
      getSpan: async (_, spanId) => {
        const digest = digests.find((known) => known.spanId === spanId);
        return { ...digest, kind: 1, attributes: {}, events: [], links: [], status: { code: 1 } };
      },
      changes: async (since) => ({
        changes: since < revision ? [{ traceId, revision, deleted: false }] : [],
        revision,
        hasMore: false,
      }),
    },
  };
}

/** Resolves when what was changed is on the screen. */
function painted() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(undefined);
    });
  });
}

async function until(isTrue) {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** How long something takes until it is on the screen, in milliseconds. */
async function timed(act) {
  const start = performance.now();
  await act();
  await painted();
  return performance.now() - start;
}

let open;

function close() {
  open?.element?.dispose?.();
  open?.element?.remove();
  open = undefined;
}

const rowsIn = (root) => root.querySelectorAll("[role=treegrid] [data-id]").length;

const actions = {
  /** From data to the first picture of it. */
  async open(count, shape = "agent") {
    close();
    const source = aSource(count, shape);
    const element = show(source.reader);
    element.style.height = "700px";
    const ms = await timed(async () => {
      document.body.append(element);
      await until(() => rowsIn(element.shadowRoot) > 10);
    });
    // What is loaded later is not part of it, but must not disturb what comes.
    await until(() => element.shadowRoot.querySelector(".details"));
    open = { element, source, root: element.shadowRoot };
    return ms;
  },
  /** Frames of scrolling through all of the tree, each from the change to the screen. */
  async scroll(frameCount = 60) {
    const scroller = open.root.querySelector(".tree, .rows-of-peer, .flame-scroller");
    const frames = [];
    for (let i = 1; i <= frameCount; i++) {
      frames.push(
        await timed(() => {
          scroller.scrollTop = ((scroller.scrollHeight - scroller.clientHeight) * i) / frameCount;
        }),
      );
    }
    return frames;
  },
  search: (text) =>
    timed(async () => {
      const field = open.root.querySelector(".tools input");
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }),
  /** A key on the tree. */
  key: (key) =>
    timed(async () => {
      const row = open.root.querySelector("[role=treegrid] [role=row][tabindex='0']");
      row.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }),
  zoom: () =>
    timed(async () => {
      const handle = open.root.querySelector(".minimap [role=slider]");
      handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    }),
  flame: () =>
    timed(async () => {
      open.root.querySelector('[aria-label="Flame graph"]').click();
      await until(() => open.root.querySelector(".flame-canvas, .tree"));
    }),
  /** One more span in a trace that is shown: from its reading to the screen. The poll before it waits up to a second. */
  async grow() {
    const before = open.root.querySelector("[role=treegrid]").getAttribute("aria-rowcount");
    open.source.grow(1);
    await until(() => open.root.querySelector("[role=treegrid]").getAttribute("aria-rowcount") !== before);
    await painted();
    return performance.now() - open.source.readMs();
  },
  /** The same rows as plain DOM, all of them. */
  async plainRows(count) {
    close();
    const { reader } = aSource(count, "agent");
    const { data } = await reader.get();
    const element = document.createElement("div");
    element.className = "rows-of-peer";
    element.style.cssText = "height: 700px; overflow: auto; font: 13px/28px sans-serif";
    const ms = await timed(async () => {
      for (const [index, { name, startTimeUnixNano, endTimeUnixNano }] of data.digests.entries()) {
        const row = document.createElement("div");
        const [label, time, bar] = ["span", "span", "span"].map((tag) => document.createElement(tag));
        row.style.cssText = "display: grid; grid-template-columns: 42% 74px 1fr; height: 28px";
        label.textContent = name;
        const from = Number(BigInt(startTimeUnixNano) - startNano) / 1e6;
        const length = Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
        time.textContent = `${length} ms`;
        bar.style.cssText = `position: relative; left: ${(from / count) * 100}%; width: ${(length / count) * 100}%; background: ${index % 2 ? "teal" : "navy"}`;
        row.append(label, time, bar);
        element.append(row);
      }
      document.body.append(element);
    });
    open = { element, root: element.parentElement };
    return ms;
  },
  /** The same bars on a canvas: what nothing can be faster than. */
  async canvas(count) {
    close();
    const { reader } = aSource(count, "agent");
    const { data } = await reader.get();
    const element = document.createElement("canvas");
    element.width = 1200;
    element.height = 700;
    const ms = await timed(async () => {
      const context = element.getContext("2d");
      for (const [index, { startTimeUnixNano, endTimeUnixNano }] of data.digests.entries()) {
        const from = Number(BigInt(startTimeUnixNano) - startNano) / 1e6;
        const length = Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
        context.fillStyle = index % 2 ? "teal" : "navy";
        context.fillRect(
          (from / count) * 1200,
          (index / count) * 700,
          Math.max(1, (length / count) * 1200),
          1,
        );
      }
      document.body.append(element);
    });
    open = { element, root: document };
    return ms;
  },
  close: async () => close(),
};

Object.assign(globalThis, { actions });
