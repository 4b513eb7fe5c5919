/**
 * The explorer as anywidget's front-end module, for notebooks with a Python kernel: this single file is a widget's `_esm`. The
 * widget's traits:
 *
 * - `traces`: what is shown, see `readTraces`. New traces replace the old ones, and the reader stays where they are.
 * - `selection`: None, or what is open, `{"trace_id": …, "span_id": …}` with ids in hex; both sides may set it.
 * - `height`: in pixels, or any CSS height; by default the host decides, between 300 and 640 pixels.
 * - `static_class`: the class of a fallback for hosts that run no widgets; it is hidden while there is a view.
 *
 * Source: anywidget.dev, "Anywidget Front-End Module"
 */
import type { Trace } from "@spanbook/core/model";
import { readTraces } from "./anywidget/read-traces.js";
import { fromTrait, toTrait } from "./anywidget/selection-trait.js";
import type { ExplorerElement } from "./explorer-element.js";
import { createReplaceableReader } from "./reading/replaceable-reader.js";
import { show } from "./show.js";

/** The part of anywidget's model that is used. */
export interface WidgetModel {
  get(trait: string): unknown;
  set(trait: string, value: unknown): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

export interface RenderContext {
  readonly model: WidgetModel;
  /** The view's place; it may not be in the document yet if the host is about to move it. */
  readonly el: HTMLElement;
}

/** Shows the model in the element until the returned function is called. Every view reads for itself. */
function render({ model, el }: RenderContext): () => void {
  const { reader, replace } = createReplaceableReader(contentOf);
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  note.style.cssText = noteStyle;
  let explorer: ExplorerElement | undefined;
  let reading: symbol | undefined;

  async function read(): Promise<void> {
    const own = (reading = Symbol("reading"));
    try {
      if (!explorer) say("Reading the traces …");
      const { traces, errors } = await readTraces(model.get("traces"));
      if (reading !== own) return;
      replace(traces);
      if (traces.length > 0) explorer ??= open();
      if (explorer) explorer.hidden = traces.length === 0;
      say(traces.length === 0 ? "No traces yet." : toNote(errors));
    } catch (error) {
      if (reading !== own) return;
      if (explorer) explorer.hidden = true;
      say(`The traces cannot be shown: ${(error as Error).message}.`);
    }
  }

  function open(): ExplorerElement {
    const selection = fromTrait(model.get("selection"));
    const element = show(reader, selection && { selection });
    element.style.height = toCssHeight(model.get("height"));
    element.addEventListener("input", () => {
      model.set("selection", toTrait(element.value));
      model.save_changes();
    });
    el.append(element);
    return element;
  }

  function say(text: string): void {
    note.textContent = text;
    note.hidden = text === "";
  }

  const listeners = {
    "change:traces": () => void read(),
    "change:selection": () => {
      if (explorer) explorer.value = fromTrait(model.get("selection"));
    },
    "change:height": () => {
      if (explorer) explorer.style.height = toCssHeight(model.get("height"));
    },
  };
  const showForms = hideForms(model.get("static_class"));
  el.append(note);
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  void read();
  return () => {
    reading = undefined;
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    explorer?.dispose();
    showForms();
    el.replaceChildren();
  };
}

/** By a style rule rather than one by one, because a host may recreate the forms. Returns a function that shows them again. */
function hideForms(className: unknown): () => void {
  if (typeof className !== "string" || className === "") return () => undefined;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.${CSS.escape(className)} { display: none }`);
  document.adoptedStyleSheets.push(sheet);
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}

const noteStyle = "margin: 4px 8px; font: 13px/20px system-ui, sans-serif; overflow-wrap: anywhere";
const maxErrors = 3;

/** What could not be read, although the rest could. */
function toNote(errors: readonly string[]): string {
  if (errors.length === 0) return "";
  const more = errors.length > maxErrors ? `; and ${errors.length - maxErrors} more` : "";
  return `Some could not be read: ${errors.slice(0, maxErrors).join("; ")}${more}.`;
}

/** All that is shown of a trace, without the revision, which comes from the store it was imported into. */
function contentOf({ info, data }: Trace): string {
  return JSON.stringify([{ ...info, revision: 0 }, data]);
}

function toCssHeight(height: unknown): string {
  return typeof height === "number" ? `${height}px` : typeof height === "string" ? height : "";
}

const widget = { render };
export { widget as default };
