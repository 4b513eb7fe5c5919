// The page in which the view of a trace is measured: the explorer, rows of Preact, Plot and a canvas draw the same spans.
import * as Plot from "@observablehq/plot";
import { show } from "@spanbook/widget";
import { h, render } from "preact";
import {
  longestFrame,
  painted,
  scrollThrough,
  timed,
  until,
  watchFrames,
  wheelActions,
} from "./page-timing.js";

const startNano = 1_700_000_000_000_000_000n;
/** The parent of each span but the first, and how long it took, in milliseconds; each starts one after the one before it. */
const shapes = {
  /** Loops of calls, some nested deeply, as an agent leaves them. */
  agent: {
    parentOf: (index) => (index % 10 < 3 ? index - 1 : Math.floor(index / 12)),
    toMs: (index) => 1 + ((index * 7919) % 40),
  },
  /** Each span in the one before it. */
  deep: { parentOf: (index) => index - 1, toMs: (index, count) => 2 * (count - index) },
  /** All spans in one. */
  wide: { parentOf: () => 0, toMs: (index) => 1 + ((index * 7919) % 40) },
};
const types = ["TOOL", "CHAT_MODEL", "RETRIEVER", "PARSER", "EMBEDDING", "UNKNOWN"];

const toId = (number, length) => number.toString(16).padStart(length, "0");

function aDigest(traceId, index, { parentOf, toMs }, count) {
  const start = startNano + BigInt(index) * 1_000_000n;
  const ms = index === 0 ? 2 * count + 50 : toMs(index, count);
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

const countFailed = (digests) => digests.filter(({ status }) => status === "ERROR").length;

let traceCount = 0;

/** A reader of one trace that can grow. It returns pages as a store does. */
function aSource(count, shape) {
  const traceId = toId(++traceCount, 32);
  // As they come out of a file or a worker: strings of their own, not yet read.
  const digests = JSON.parse(
    JSON.stringify(
      Array.from({ length: count }, (_, index) => aDigest(traceId, index, shapes[shape], count)),
    ),
  );
  let errorCount = countFailed(digests);
  let revision = 1;
  let readMs = 0;
  let tell = () => {};
  const info = () => ({
    traceId,
    name: "crawl",
    state: "OK",
    requestTime: 1_700_000_000_000,
    startTimeUnixNano: String(startNano),
    executionDuration: 2 * count + 50,
    tags: {},
    traceMetadata: {},
    spanCount: digests.length,
    openSpanCount: 0,
    errorCount,
    revision,
  });
  const trace = (part) => ({ info: info(), data: { spans: [], digests: part, resources: {}, scopes: {} } });
  return {
    traceId,
    /** When the spans were last read. */
    readMs: () => readMs,
    grow(by) {
      for (let i = 0; i < by; i++) digests.push(aDigest(traceId, digests.length, shapes[shape], count));
      errorCount += countFailed(digests.slice(-by));
      revision++;
      tell();
    },
    reader: {
      search: async () => ({ traces: [trace([])] }),
      get: async (_, { maxSpans = Infinity, after } = {}) => {
        readMs = performance.now();
        const from = after ? digests.findLastIndex(({ spanId }) => spanId === after.spanId) + 1 : 0;
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
      onChange(listener) {
        tell = listener;
        return () => (tell = () => {});
      },
    },
  };
}

/** The spans as numbers, for those that only draw. */
async function barsOf(count, shape) {
  const { data } = await aSource(count, shape).reader.get();
  return data.digests.map(({ name, startTimeUnixNano, endTimeUnixNano }, index) => ({
    name,
    fromMs: Number(BigInt(startTimeUnixNano) - startNano) / 1e6,
    lengthMs: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
    color: index % 2 ? "teal" : "navy",
  }));
}

let open;

function close() {
  open?.element?.dispose?.();
  open?.element?.remove();
  open = undefined;
}

/** How many spans can be scrolled to. */
const shownCount = (root) => root.querySelector("[role=treegrid]")?.getAttribute("aria-rowcount") - 1;

const rowsIn = (root) => root.querySelectorAll("[role=treegrid] [data-id]").length;

/** One more span in a trace that is shown: from its being read to the screen. */
async function grow() {
  const before = shownCount(open.root);
  open.source.grow(1);
  await until(() => shownCount(open.root) !== before);
  await painted();
  return performance.now() - open.source.readMs();
}

function enter(text) {
  const field = open.root.querySelector(".tools input");
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function press(key, selector) {
  const target = open.root.querySelector(selector);
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

const activeRow = "[role=treegrid] [role=row][tabindex='0']";

function aCanvas() {
  const element = document.createElement("canvas");
  element.width = 1200;
  element.height = 700;
  return element;
}

const actions = {
  ...wheelActions,
  /** From data to the first picture of it, to all of it, and the longest frame until then. */
  async open(count, shape = "agent") {
    close();
    const source = aSource(count, shape);
    const element = show(source.reader);
    element.style.height = "700px";
    globalThis.gc(); // What making the spans left behind is not the explorer's.
    const root = element.shadowRoot;
    const toFrames = watchFrames();
    const start = performance.now();
    document.body.append(element);
    await until(() => rowsIn(root) > 10);
    await painted();
    const firstMs = performance.now() - start;
    await until(() => shownCount(root) === count);
    await painted();
    const wholeMs = performance.now() - start;
    open = { element, source, root };
    return { firstMs, wholeMs, frameMs: Math.max(...toFrames()) };
  },
  /** Resolves when what loads after the first picture is there. */
  async settle() {
    await until(() => open.root.querySelector(".details") && open.root.querySelector(".minimap-bars"));
    await longestFrame(() => {});
  },
  scroll: () => scrollThrough(open.root.querySelector(".tree, .rows-of-peer")),
  search: (text) => timed(() => enter(text)),
  /** The longest frame of each thing that a reader does to an open trace. */
  async longestFrames() {
    return {
      search: await longestFrame(() => enter("parser 3")),
      unsearch: await longestFrame(() => enter("")),
      collapse: await longestFrame(() => press("ArrowLeft", activeRow)),
      expand: await longestFrame(() => press("ArrowRight", activeRow)),
      levels: await longestFrame(() => press("2", activeRow)),
      zoom: await longestFrame(() => press("ArrowRight", ".minimap [role=slider]")),
    };
  },
  flame: () =>
    timed(async () => {
      open.root.querySelector('[aria-label="Flame graph"]').click();
      await until(() => open.root.querySelector(".flame-canvas"));
    }),
  grow,
  longestFrameOfGrowing: () => longestFrame(() => open.source.grow(1)),
  /** The same spans as rows of Preact, all of them. */
  async rows(count, shape) {
    close();
    const bars = await barsOf(count, shape);
    const element = document.createElement("div");
    element.className = "rows-of-peer";
    element.style.cssText = "height: 700px; overflow: auto; font: 13px/28px sans-serif";
    const toRow = ({ name, fromMs, lengthMs, color }) =>
      h("div", { style: "display: grid; grid-template-columns: 42% 74px 1fr; height: 28px" }, [
        h("span", null, name),
        h("span", null, `${lengthMs} ms`),
        h("span", {
          style: `position: relative; left: ${(fromMs / count) * 100}%; width: ${(lengthMs / count) * 100}%; background: ${color}`,
        }),
      ]);
    open = { element, root: document };
    return timed(() => {
      document.body.append(element);
      render(bars.map(toRow), element);
    });
  },
  /** The same bars, drawn by Plot alone. */
  async plot(count, shape) {
    close();
    const bars = await barsOf(count, shape);
    const marks = [
      Plot.rect(bars, {
        x1: "fromMs",
        x2: ({ fromMs, lengthMs }) => fromMs + lengthMs,
        y1: (_, index) => index,
        y2: (_, index) => index + 1,
        fill: "color",
      }),
    ];
    return timed(() => {
      const element = Plot.plot({ width: 1200, height: 700, marks });
      open = { element, root: document };
      document.body.append(element);
    });
  },
  /** The same bars on a canvas: nothing can be faster. */
  async canvas(count, shape) {
    close();
    const bars = await barsOf(count, shape);
    const element = aCanvas();
    open = { element, root: document };
    return timed(() => {
      const context = element.getContext("2d");
      for (const [index, { fromMs, lengthMs, color }] of bars.entries()) {
        context.fillStyle = color;
        context.fillRect(
          (fromMs / count) * 1200,
          (index / count) * 700,
          Math.max(1, (lengthMs / count) * 1200),
          1,
        );
      }
      document.body.append(element);
    });
  },
  /** Frames of scrolling on a canvas that draws the rows in sight: a name, a duration and a bar. */
  async canvasScroll(count, shape, frameCount = 60) {
    close();
    const bars = await barsOf(count, shape);
    const element = aCanvas();
    open = { element, root: document };
    document.body.append(element);
    const context = element.getContext("2d");
    context.font = "13px sans-serif";
    const rowCount = 25;
    const frames = [];
    for (let i = 1; i <= frameCount; i++) {
      const first = Math.floor(((count - rowCount) * i) / frameCount);
      frames.push(
        await timed(() => {
          context.clearRect(0, 0, element.width, element.height);
          for (const [index, { name, fromMs, lengthMs, color }] of bars
            .slice(first, first + rowCount)
            .entries()) {
            const top = index * 28;
            context.fillStyle = "black";
            context.fillText(name, 10, top + 18);
            context.fillText(`${lengthMs} ms`, 420, top + 18);
            context.fillStyle = color;
            context.fillRect(
              500 + (fromMs / count) * 700,
              top + 9,
              Math.max(2, (lengthMs / count) * 700),
              10,
            );
          }
        }),
      );
    }
    return frames;
  },
  close: async () => close(),
};

Object.assign(globalThis, { actions });
