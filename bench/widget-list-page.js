// The page in which the list of traces is measured: the explorer, and all rows with Preact.
import { show } from "@spanbook/widget";
import { h, render } from "preact";
import { longestFrame, scrollThrough, timed, until, watchFrames, wheelActions } from "./page-timing.js";

const startNano = 1_700_000_000_000_000_000n;
const toId = (number) => number.toString(16).padStart(32, "0");

function anInfo(index) {
  return {
    traceId: toId(index + 1),
    name: `answer ${index % 40}`,
    state: index % 9 === 8 ? "ERROR" : "OK",
    requestTime: 1_700_000_000_000 + index * 1000,
    startTimeUnixNano: String(startNano + BigInt(index) * 1_000_000_000n),
    executionDuration: 100 + ((index * 7919) % 3000),
    requestPreview: `What is known of package ${index}?`,
    tags: { topic: `t${index % 100}` },
    traceMetadata: {},
    sessionId: `s${index % 1000}`,
    spanCount: 13,
    openSpanCount: 0,
    errorCount: 0,
    revision: index + 1,
  };
}

/** Traces without spans, that many of them, passed in whole. */
function someTraces(count) {
  return Array.from({ length: count }, (_, index) => ({
    info: anInfo(index),
    data: { spans: [], digests: [], resources: {}, scopes: {} },
  }));
}

let element;
let traces;

function close() {
  element?.dispose?.();
  element?.remove();
}

const scrollerOf = () => element.shadowRoot?.querySelector(".scroller") ?? element;
const rowsOf = () => element.shadowRoot.querySelectorAll("[data-id]");

const actions = {
  ...wheelActions,
  /** From data to the first picture of it, in milliseconds. */
  async open(count) {
    close();
    if (traces?.length !== count) traces = someTraces(count);
    element = show(traces);
    element.style.height = "700px";
    globalThis.gc(); // What making the traces left behind is not the explorer's.
    return timed(async () => {
      document.body.append(element);
      await until(() => rowsOf().length > 5);
    });
  },
  /** Reads on to the last page, or until that many traces are listed. */
  async readOn(maxCount) {
    const scroller = scrollerOf();
    const toFrames = watchFrames();
    while (scroller.getAttribute("aria-rowcount") === "-1" && scroller.scrollHeight < maxCount * 32) {
      scroller.scrollTop = scroller.scrollHeight;
      await new Promise(requestAnimationFrame);
    }
    scroller.scrollTop = 0;
    return Math.max(...toFrames());
  },
  /** Resolves when what loads after the first picture is there. */
  async settle() {
    await until(() => element.shadowRoot.querySelector(".plot-figure, .strip-bars"));
    await longestFrame(() => {});
  },
  scroll: () => scrollThrough(scrollerOf()),
  /** A filter that finds one in nine hundred. */
  async search() {
    const toFrames = watchFrames();
    const ms = await timed(async () => {
      element.state = { text: "status = 'ERROR' AND tag.topic = 't8'" };
      await until(
        () => rowsOf().length > 0 && [...rowsOf()].every((row) => row.querySelector(".state-ERROR")),
      );
    });
    return { ms, frameMs: Math.max(...toFrames()) };
  },
  /** The same rows with Preact, all of them. */
  async rows(count) {
    close();
    if (traces?.length !== count) traces = someTraces(count);
    element = document.createElement("div");
    element.style.cssText = "height: 700px; overflow: auto; font: 13px/32px sans-serif";
    const toRow = ({ info }) =>
      h(
        "div",
        { style: "display: grid; grid-template-columns: 1fr 2fr 100px 100px; height: 32px" },
        [info.name, info.requestPreview, `${info.executionDuration} ms`, info.requestTime].map((text) =>
          h("span", null, text),
        ),
      );
    return timed(() => {
      document.body.append(element);
      render(traces.map(toRow), element);
    });
  },
  close: async () => close(),
};

Object.assign(globalThis, { actions });
