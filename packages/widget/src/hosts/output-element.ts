import type { Trace } from "@spanbook/core/model";
import { formatTime } from "../derive/format.js";
import { elementName, type ExplorerElement } from "../explorer-element.js";
import { createReplaceableReader, type ReplaceableReader } from "../reading/replaceable-reader.js";
import { fromPackedText } from "../report/packing.js";
import { dataMark, idAttribute, outputName, toTrustedMs, type OutputData } from "./output-data.js";

/** The longest delay of a timer. */
const maxDelayMs = 2 ** 31 - 1;

/** The content of an output, handed on from one rendering to the next. */
interface Content {
  readonly explorer: ExplorerElement;
  readonly note: HTMLElement;
  /** Replaces the traces shown with those of a newer rendering. */
  replace: ReplaceableReader["replace"] | undefined;
  /** The trace that was the only one, until the reader does something. */
  onlyTraceId: string | undefined;
  isAlone: boolean;
  /** Refills it once a trace can no longer be assumed to run. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Registers `<spanbook-output>`, which replaces its content with the explorer. When a host replaces it with a newer rendering of
 * the output, the explorer moves there, so that what the reader has opened and chosen stays.
 */
export function defineOutputElement(): void {
  if (customElements.get(outputName) !== undefined) return;
  customElements.define(outputName, createElementClass());
  // JupyterLab sets the color scheme of a dark theme; nbconvert's pages only have it in their markup.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`[data-jp-theme-light="false"] ${outputName} { color-scheme: dark }`);
  document.adoptedStyleSheets.push(sheet);
}

function createElementClass(): CustomElementConstructor {
  /** The outputs on show, by id: a host may show one several times. */
  const shown = new Map<string, Set<WeakRef<SpanbookOutput>>>();

  class SpanbookOutput extends HTMLElement {
    #content: Content | undefined;

    connectedCallback(): void {
      // It must be on the shadow host itself: JupyterLab looks at nothing within.
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
          if (this.#content !== content) return; // A newer rendering has it.
          fill(content, JSON.parse(text) as OutputData);
          if (!known) root.replaceChildren(content.explorer, content.note);
        })
        .catch((error: unknown) => {
          content.note.textContent = `The explorer could not start: ${String(error)}`;
          root.replaceChildren(document.createElement("slot"), content.note);
        });
    }

    /** The content of an older rendering of this output that is no longer in the page. */
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
  // Without figures: a snapshot may have only some of the traces.
  const { stats: _, ...reading } = reader;
  explorer.source = reading;
}

/** The only trace is open because it was the only one: now that there are others, the list matters. */
function leaveOnlyTrace(content: Content): void {
  const { explorer, onlyTraceId, isAlone } = content;
  if (isAlone || onlyTraceId === undefined || explorer.state.traceId !== onlyTraceId) return;
  content.onlyTraceId = undefined;
  explorer.state = {};
}

/** A tall frame for a small trace would push the next cell away; a long list scrolls within the frame. */
function toHeightPx(traces: readonly Trace[]): number {
  const [first, ...others] = traces;
  const rows = others.length === 0 ? (first?.info.spanCount ?? 0) : Math.max(8, traces.length);
  return Math.min(600, 260 + 26 * rows);
}

/** A clock that runs on for a dead kernel would mislead. This is news, and older than anything the store may still report. */
function stopped({ info, data }: Trace): Trace {
  return { info: { ...info, state: "UNFINISHED", revision: info.revision + 0.5 }, data };
}
