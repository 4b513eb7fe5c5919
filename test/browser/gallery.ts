/**
 * The page that is photographed: the explorer in the state that its address names. `#<state>?<selection>!<act>` where
 * selection is a number of a trace and one of a span, and act is what a reader then does.
 */
import { createMemoryStore } from "@spanbook/core/memory";
import { show } from "../../packages/widget/src/show.js";
import type { Trace } from "@spanbook/core/model";
import { toReader, type TraceReader, type TraceSource } from "../../packages/widget/src/source.js";
import { chatTrace, sessionTraces } from "./gallery-chat.js";
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
  busy: () => ({ ...toReader(demoTraces(nowMs)), search: searchOnce(demoTraces(nowMs)) }),
  sessions: () => sessionTraces(nowMs - 400_000),
  chat: () => chatTrace(nowMs),
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

/** Answers the first search, and no other. */
function searchOnce(traces: readonly Trace[]): TraceReader["search"] {
  const { search } = toReader(traces);
  let count = 0;
  return (query) => (count++ === 0 ? search(query) : never);
}

/** What a reader does, by name. */
const acts: Record<string, (root: ShadowRoot) => void> = {
  search: (root) => type(root, "Search spans by name, type or model", "chat"),
  choose: (root) => {
    for (const box of [...root.querySelectorAll<HTMLElement>(".cell-box input")].slice(2, 5)) box.click();
  },
  complete: (root) => write(root, "status = 'ERROR' AND span.ty"),
  mistake: (root) => write(root, "stauts = 'ERROR' AND name"),
  "search-help": (root) => press(root, "What can be searched for"),
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

/** Writes into the search box, whose help comes when it has the focus. */
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
