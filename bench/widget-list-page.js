// The page in which the list of traces is measured: the explorer, and all rows by Preact.
import { show } from "@spanbook/widget";
import { h, render } from "preact";

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

/** Traces without spans, as many as are asked for, given whole. */
function someTraces(count) {
  return Array.from({ length: count }, (_, index) => ({
    info: anInfo(index),
    data: { spans: [], digests: [], resources: {}, scopes: {} },
  }));
}

/** How long something takes until it is on the screen, in milliseconds. */
async function timed(act) {
  const start = performance.now();
  await act();
  await new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(undefined);
    });
  });
  return performance.now() - start;
}

async function until(isTrue) {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 0));
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
  /** From data to the first picture of it. */
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
  /** Reads on to the last page, or until so many traces are listed. */
  async readOn(maxCount = 10_000) {
    const scroller = scrollerOf();
    while (scroller.getAttribute("aria-rowcount") === "-1" && scroller.scrollHeight < maxCount * 32) {
      scroller.scrollTop = scroller.scrollHeight;
      await new Promise(requestAnimationFrame);
    }
    scroller.scrollTop = 0;
  },
  /** Frames of scrolling from the top to the bottom of what is listed, each from the change to the screen. */
  async scroll(frameCount = 60) {
    const scroller = scrollerOf();
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
  /** A filter that finds one in nine hundred. */
  search: () =>
    timed(async () => {
      element.state = { text: "status = 'ERROR' AND tag.topic = 't8'" };
      await until(
        () => rowsOf().length > 0 && [...rowsOf()].every((row) => row.textContent.includes("Failed")),
      );
    }),
  /** The same rows by Preact, all of them. */
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
