/**
 * The page that is photographed: the explorer in the state that its address names, `#<state>?<selection>!<act>`, where
 * selection is the number of a trace and that of a span, and act is what a reader then does.
 */
import { createClient } from "@spanbook/core/client";
import { createMemoryStore } from "@spanbook/core/memory";
import { show } from "../../packages/widget/src/show.js";
import type { Trace } from "@spanbook/core/model";
import { toReader, type TraceReader, type TraceSource } from "../../packages/widget/src/reading/source.js";
import { chatTrace, sessionTraces } from "./gallery-chat.js";
import { aBatch, aSpan, epochMs, spanId, traceId } from "../support/spans.js";
import { markdownTrace } from "../support/markdown.js";
import { aTrace, demoSpans, demoTraces, hostileTrace, largeTrace, manyTraces } from "../support/traces.js";

// Times near now, so that lists show times of day.
const nowMs = Date.now() - epochMs - 90_000;

const never = new Promise<never>(() => {});
const broken = () =>
  Promise.reject(Object.assign(new Error("the worker ended"), { name: "StoreWorkerError" }));

const quota = Object.assign(new Error("the disk is full"), { name: "QuotaExceededError" });

/** A store with the demo's traces, one of them with feedback from people and judges. */
function filledStore() {
  const store = createMemoryStore();
  const client = createClient(store);
  const id = traceId(3);
  for (const { data } of demoTraces(nowMs)) void store.write(aBatch(data.spans));
  void client.setTraceTag(id, "topic", "baking");
  void client.setTraceTag(id, "reviewed by", "ana");
  const source = { sourceType: "HUMAN", sourceId: "ana" } as const;
  void client
    .logFeedback({ traceId: id, name: "correct", value: true, rationale: "It found the chunk.", source })
    .then(({ assessmentId }) =>
      client.updateAssessment(id, assessmentId, {
        value: false,
        rationale: "No chunk mentions sourdough at all.",
      }),
    );
  void client.logFeedback({
    traceId: id,
    name: "relevance",
    value: { score: 0.42, reasons: ["off topic"] },
    source: { sourceType: "LLM_JUDGE", sourceId: "qwen3-8b" },
  });
  void client.logExpectation({ traceId: id, name: "answer", value: "About 70 %.", source });
  void client.logFeedback({ traceId: id, spanId: spanId(13), name: "quotes", value: 2, source });
  return store;
}

const states: Record<string, () => TraceSource> = {
  empty: () => createMemoryStore(),
  loading: () => ({ ...toReader([]), search: () => never }),
  error: () => ({ ...toReader([]), search: broken }),
  "error-span": () => ({ ...toReader(demoTraces(nowMs)), getSpan: broken }),
  one: () => demoTraces(nowMs).slice(0, 1),
  two: () => demoTraces(nowMs).slice(3),
  demo: () => demoTraces(nowMs),
  many: () => manyTraces(200, nowMs - 200 * 47_000),
  busy: () => ({ ...toReader(demoTraces(nowMs)), search: searchOnce(demoTraces(nowMs)) }),
  sessions: () => sessionTraces(nowMs - 400_000),
  chat: () => chatTrace(nowMs),
  markdown: () => [markdownTrace(nowMs), ...demoTraces(nowMs - 90_000).slice(2)],
  store: () => filledStore(),
  stuck: () =>
    Object.assign(filledStore(), { write: () => new Promise<never>((_, reject) => reject(quota)) }),
  large: () => largeTrace(10_000, nowMs),
  reading: () => readOnce(largeTrace(10_000, nowMs)),
  "large-text": () => aTrace([aSpan({ type: "TOOL", startMs: nowMs, endMs: nowMs + 812, ...largeTexts() })]),
  hostile: () => [hostileTrace(1), hostileTrace(2)],
  extreme: () => [extremeTrace(1), extremeTrace(2)],
  unfinished: () => [
    aTrace(demoSpans({ trace: 1, startMs: nowMs, isOpen: true }), {}, false),
    ...demoTraces(nowMs - 9000).slice(1),
  ],
  running: () => [
    aTrace(demoSpans({ trace: 1, startMs: nowMs + 88_900, isOpen: true })),
    ...demoTraces(nowMs).slice(1),
  ],
};

/** A word of a million letters, ten thousand tags, and text that reverses its direction, wherever they fit. */
function extremeTrace(trace: number): Trace {
  const word = "w".repeat(1_000_000);
  const turned = "\u202Egnp.exe שלום \u2066עולם";
  const tags = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`tag ${i}`, `value ${i}`]));
  const spans = [
    aSpan({ trace, id: 1, name: turned, type: "AGENT", startMs: nowMs, endMs: nowMs + 40, inputs: word }),
    aSpan({ trace, id: 2, parent: 1, name: word, startMs: nowMs + 5, endMs: nowMs + 30, outputs: turned }),
  ];
  const text = trace === 1 ? word : turned;
  return aTrace(spans, { tags: { [turned]: turned, [word]: word, ...tags }, requestPreview: text });
}

/** Ten megabytes of input, and as much output. */
function largeTexts() {
  const line = "2026-11-21T09:14:02Z GET /packages/idb/8.0.1 200 812 ms 14.2 kB\n";
  return { name: "read the log", inputs: line.repeat(150_000), outputs: { log: line.repeat(150_000) } };
}

/** Returns the first part of a trace, and never the others. */
function readOnce(trace: Trace): TraceReader {
  const reader = toReader(trace);
  return {
    ...reader,
    get: (id, options) => (options?.after === undefined ? reader.get(id, options) : never),
  };
}

/** Answers the first search, and no other. */
function searchOnce(traces: readonly Trace[]): TraceReader["search"] {
  const { search } = toReader(traces);
  let count = 0;
  return (query) => (count++ === 0 ? search(query) : never);
}

/** As in JupyterLab's dark theme. */
const jupyterDark = {
  "layout-color0": "#111111",
  "content-font-color1": "rgba(255, 255, 255, 1)",
  "border-color2": "#424242",
};

/** What a reader does, or a host does to it, by name. */
const acts: Record<string, (root: ShadowRoot) => void> = {
  search: (root) => type(root, "Search spans by name, type, model or content", "chat"),
  content: (root) => {
    const field = "Search spans by name, type, model or content";
    type(root, field, "compose.ts:41");
    setTimeout(() => ["Enter", "Enter", "Enter"].forEach((name) => key(named(root, field), name)), 600);
  },
  choose: (root) => {
    for (const box of [...root.querySelectorAll<HTMLElement>(".cell-box input")].slice(2, 5)) box.click();
  },
  complete: (root) => write(root, "status = 'ERROR' AND span.ty"),
  mistake: (root) => write(root, "stauts = 'ERROR' AND name"),
  "search-help": (root) => press(root, "What you can search for"),
  searching: (root) => {
    type(root, searchLabel, "needle");
    setTimeout(() => key(named(root, searchLabel), "Enter"), 100);
  },
  "no-match": (root) => {
    type(root, searchLabel, "unobtainium");
    setTimeout(() => key(named(root, searchLabel), "Enter"), 100);
  },
  found: (root) => {
    type(root, searchLabel, "span.type = 'TOOL' AND span.status = 'ERROR'");
    setTimeout(() => key(named(root, searchLabel), "Enter"), 100);
  },
  latency: (root) => pressText(root, "Latency"),
  spans: (root) => pressText(root, "Spans"),
  tokens: (root) => pressText(root, "Tokens and errors"),
  groups: (root) => {
    choose(root, "Group by", "session");
    setTimeout(() => root.querySelector<HTMLElement>(".group-row")?.click(), 60);
  },
  scroll: (root) => {
    root.querySelector(".scroller")?.scrollTo({ top: 400 });
  },
  compare: (root) => {
    press(root, "Select traces");
    setTimeout(() => acts["compare-chosen"]?.(root), 60);
  },
  "compare-chosen": (root) => {
    for (const box of [...root.querySelectorAll<HTMLElement>(".cell-box input")].slice(1, 4)) {
      if (box.ariaLabel?.startsWith("Select all") !== true) box.click();
    }
    setTimeout(() => {
      for (const box of [...root.querySelectorAll<HTMLInputElement>(".cell-box input:checked")].slice(2)) {
        box.click();
      }
      setTimeout(() => press(root, "Compare the two"), 50);
    }, 50);
  },
  "compare-span": (root) => {
    acts["compare"]?.(root);
    const rows = () => [...root.querySelectorAll<HTMLElement>(".compare-row")];
    setTimeout(
      () =>
        rows()
          .find((row) => row.textContent.includes("chat"))
          ?.click(),
      450,
    );
  },
  flame: (root) => press(root, "Flame graph"),
  cell: (root) => {
    (root.host as HTMLElement).style.height = "300px";
  },
  jupyter: () => {
    document.body.style.colorScheme = "dark";
    for (const [name, value] of Object.entries(jupyterDark)) {
      document.body.style.setProperty(`--jp-${name}`, value);
    }
  },
  heavy: (root) => {
    press(root, "Flame graph");
    setTimeout(
      () => [...root.querySelectorAll("button")].find((b) => b.textContent === "Heaviest first")?.click(),
      250,
    );
  },
  about: (root) => {
    const button = named(root, "About the trace");
    if (button?.ariaPressed === "false") button.click();
    // Its content is loaded when it is first shown.
    setTimeout(() => root.querySelector(".assessments")?.scrollIntoView(), 200);
  },
  tag: (root) => afterAbout(root, () => pressText(root, "Add a tag")),
  feedback: (root) => afterAbout(root, () => pressText(root, "Add feedback or an expectation")),
  history: (root) => afterAbout(root, () => pressText(root, "Changed 1 time")),
  save: (root) =>
    afterAbout(root, () => {
      pressText(root, "Add a tag");
      setTimeout(() => {
        type(root, "Key", "verdict");
        type(root, "Value", "wrong");
        pressText(root, "Save");
      }, 60);
    }),
  share: (root) => press(root, "Copy and save"),
  text: (root) => pressText(root, "Text"),
  outputs: (root) => sectionNamed(root, "Outputs")?.scrollIntoView(),
  table: (root) => root.querySelector(".markdown-table")?.scrollIntoView(),
  "share-span": (root) => press(root, "Copy the span"),
  picker: (root) => press(root, "Compare with another trace"),
  columns: (root) => press(root, "Columns"),
  help: (root) => press(root, "Keys"),
  json: (root) => type(root, "Search keys and values", "oslo"),
  failed: (root) => press(root, "Only failed spans"),
  levels: (root) => choose(root, "Levels shown", "2"),
  zoom: (root) => {
    const [start, end] = root.querySelectorAll(".minimap [role=slider]");
    for (let i = 0; i < 12; i++) {
      setTimeout(() => key(start, "ArrowRight"), i * 20);
      setTimeout(() => key(end, "ArrowLeft"), i * 20 + 10);
    }
  },
};

const searchLabel = "Search traces by words or by a filter";

const [address = "", act] = decodeURIComponent(location.hash.slice(1)).split("!");
const [state = "demo", selection = ""] = address.split("?");
const [trace, span] = selection.split(",").map(Number);
const session = selection.startsWith("session") ? { sessionId: selection } : {};
const element = show(states[state]?.() ?? [], {
  state: session,
  ...(trace && { selection: { traceId: traceId(trace), ...(span && { spanId: spanId(span) }) } }),
});
document.body.append(element);
if (act !== undefined) setTimeout(() => element.shadowRoot && acts[act]?.(element.shadowRoot), 250);

function named<Found extends HTMLElement>(root: ShadowRoot, name: string): Found | null {
  return root.querySelector<Found>(`[aria-label="${name}"]`);
}

function press(root: ShadowRoot, name: string): void {
  named(root, name)?.click();
}

function sectionNamed(root: ShadowRoot, name: string): Element | undefined {
  return [...root.querySelectorAll(".section")].find(({ textContent }) => textContent.startsWith(name));
}

function afterAbout(root: ShadowRoot, act: () => void): void {
  acts["about"]?.(root);
  setTimeout(act, 220);
}

function pressText(root: ShadowRoot, text: string): void {
  [...root.querySelectorAll("button")].find((button) => button.textContent === text)?.click();
}

function key(target: Element | null | undefined, name: string): void {
  target?.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
}

function type(root: ShadowRoot, name: string, text: string): void {
  const field = named<HTMLInputElement>(root, name);
  if (field === null) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Writes into the search box, whose help appears when it has the focus. */
function write(root: ShadowRoot, text: string): void {
  named(root, searchLabel)?.focus();
  setTimeout(() => type(root, searchLabel, text), 150);
}

function choose(root: ShadowRoot, name: string, value: string): void {
  const field = named<HTMLSelectElement>(root, name);
  if (field === null) return;
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
