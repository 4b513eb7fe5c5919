import type { Trace } from "@spanbook/core/model";
import { formatTime } from "../derive/format.js";
import { elementName, type ExplorerElement } from "../explorer-element.js";
import { createReplaceableReader, type ReplaceableReader } from "../reading/replaceable-reader.js";
import { fromPackedText } from "../report/packing.js";
import { dataMark, idAttribute, outputName, toTrustedMs, type OutputData } from "./output-data.js";

/** A timer takes no more. */
const maxDelayMs = 2 ** 31 - 1;

/** What an output shows, taken over from one picture to the next. */
interface Content {
  readonly explorer: ExplorerElement;
  readonly note: HTMLElement;
  /** Puts the traces of a newer picture in the place of those that are shown. */
  replace: ReplaceableReader["replace"] | undefined;
  /** The trace that was there alone, until the reader does something. */
  onlyTraceId: string | undefined;
  isAlone: boolean;
  /** Fills it again when a trace is not known to run any more. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Registers `<spanbook-output>`, which puts the explorer in the place of its content. When a host puts a newer picture of the
 * output in the place of this one, the explorer moves there: what the reader has opened and chosen stays.
 */
export function defineOutputElement(): void {
  if (customElements.get(outputName) !== undefined) return;
  customElements.define(outputName, createElementClass());
  // JupyterLab tells the browser that its theme is dark; the pages of nbconvert say so in their markup only.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`[data-jp-theme-light="false"] ${outputName} { color-scheme: dark }`);
  document.adoptedStyleSheets.push(sheet);
}

function createElementClass(): CustomElementConstructor {
  /** The outputs that show something, by id: a host may show one several times. */
  const shown = new Map<string, Set<WeakRef<SpanbookOutput>>>();

  class SpanbookOutput extends HTMLElement {
    #content: Content | undefined;

    connectedCallback(): void {
      // The shadow host itself must say so: JupyterLab looks at nothing within.
      this.setAttribute("data-lm-suppress-shortcuts", "true");
      if (this.#content !== undefined) return;
      if (document.readyState !== "loading") this.#start();
      else document.addEventListener("DOMContentLoaded", () => this.#start(), { once: true });
    }

    #start(): void {
      const packed = packedDataIn(this);
      if (packed === undefined || this.#content !== undefined) return;
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      const known = this.#takeOver();
      if (known) root.replaceChildren(known.explorer, known.note);
      else root.replaceChildren(document.createElement("slot"));
      const content = known ?? createContent();
      this.#content = content;
      this.#register();
      fromPackedText(packed)
        .then((text) => {
          if (this.#content !== content) return; // A newer picture has it.
          fill(content, JSON.parse(text) as OutputData);
          if (!known) root.replaceChildren(content.explorer, content.note);
        })
        .catch((error: unknown) => {
          content.note.textContent = `The explorer could not start: ${String(error)}`;
          root.replaceChildren(document.createElement("slot"), content.note);
        });
    }

    /** What an older picture of this output showed that is no longer in the page. */
    #takeOver(): Content | undefined {
      for (const reference of shown.get(this.#id) ?? []) {
        const output = reference.deref();
        if (output === undefined) shown.get(this.#id)?.delete(reference);
        if (output === undefined || output === this || output.isConnected) continue;
        const content = output.#content;
        output.#content = undefined;
        if (content?.replace) return content;
      }
      return undefined;
    }

    #register(): void {
      const outputs = shown.get(this.#id) ?? new Set();
      shown.set(this.#id, outputs.add(new WeakRef(this)));
    }

    get #id(): string {
      return this.getAttribute(idAttribute) ?? "";
    }
  }
  return SpanbookOutput;
}

function packedDataIn(output: Element): string | undefined {
  const comments = [...output.childNodes].filter((node) => node.nodeType === Node.COMMENT_NODE);
  const data = comments.find((comment) => comment.nodeValue?.startsWith(dataMark));
  return data?.nodeValue?.slice(dataMark.length);
}

function createContent(): Content {
  const explorer = document.createElement(elementName) as ExplorerElement;
  explorer.style.border = "1px solid color-mix(in srgb, currentColor 16%, transparent)";
  const note = document.createElement("div");
  note.style.cssText = "padding: 3px 0; font: 12px/16px system-ui, sans-serif; opacity: 0.75";
  const content: Content = {
    explorer,
    note,
    replace: undefined,
    onlyTraceId: undefined,
    isAlone: true,
    timer: undefined,
  };
  const keep = () => (content.onlyTraceId = undefined);
  for (const type of ["pointerdown", "keydown"]) explorer.addEventListener(type, keep);
  explorer.addEventListener("statechange", () => leaveOnlyTrace(content));
  return content;
}

function fill(content: Content, data: OutputData): void {
  const { traces, madeAtMs, extent, view } = data;
  const nowMs = Date.now();
  const leftMs = ({ info }: Trace) => madeAtMs + (toTrustedMs(info, madeAtMs) ?? Infinity) - nowMs;
  const known = traces.map((trace) => (leftMs(trace) > 0 ? trace : stopped(trace)));
  const { explorer, note, replace } = content;
  clearTimeout(content.timer);
  const nextMs = Math.min(...traces.map(leftMs).filter((ms) => ms > 0));
  if (nextMs < Infinity) content.timer = setTimeout(() => fill(content, data), Math.min(nextMs, maxDelayMs));
  note.textContent = `Snapshot of ${formatTime(madeAtMs, nowMs)}: ${extent}.`;
  explorer.style.height = `${toHeightPx(known)}px`;
  content.isAlone = known.length < 2;
  if (replace !== undefined) {
    replace(known);
    leaveOnlyTrace(content);
    return;
  }
  if (known.length === 1 && view.traceId === undefined) content.onlyTraceId = known[0]?.info.traceId;
  explorer.state = view;
  const { reader, replace: replaceTraces } = createReplaceableReader(({ info }) => info.revision, known);
  content.replace = replaceTraces;
  // Without figures: a snapshot may hold a part of the traces only.
  const { stats: _, ...reading } = reader;
  explorer.source = reading;
}

/** The only trace is open because it was the only one: when others have come the list is of interest. */
function leaveOnlyTrace(content: Content): void {
  const { explorer, onlyTraceId, isAlone } = content;
  if (isAlone || onlyTraceId === undefined || explorer.state.traceId !== onlyTraceId) return;
  content.onlyTraceId = undefined;
  explorer.state = {};
}

/** A small trace in a high frame would push the next cell away; a long list keeps its rows in the frame. */
function toHeightPx(traces: readonly Trace[]): number {
  const [first, ...others] = traces;
  const rows = others.length === 0 ? (first?.info.spanCount ?? 0) : Math.max(8, traces.length);
  return Math.min(600, 260 + 26 * rows);
}

/** A clock that goes on for a kernel that is gone would tell nothing. This is news, and older than all that the store may tell yet. */
function stopped({ info, data }: Trace): Trace {
  return { info: { ...info, state: "UNFINISHED", revision: info.revision + 0.5 }, data };
}
