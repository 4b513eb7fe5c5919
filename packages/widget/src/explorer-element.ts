import { h, render } from "preact";
import { toStyleSheet } from "./design/style-sheet.js";
import { isSameView, type ExplorerView } from "./derive/explorer-view.js";
import { createExplorerModel, viewOf, type ExplorerModel } from "./explorer-state.js";
import { Explorer } from "./explorer.js";
import type { ExplorerParts } from "./explorer-parts.js";
import { toReader, type TraceSource } from "./reading/source.js";
import type { Selection } from "./state/trace-state.js";

/**
 * `<spanbook-explorer>`: shows the traces of its `source`. Set its size with CSS; by default it is as wide as its container,
 * and between 300 and 640 pixels high.
 *
 * It fires `input`, which bubbles, when the selection changes, and `statechange` when any part of its `state` does. While it is
 * in a document and visible it follows changes of a store; out of the document it pauses, and continues when it is put back.
 */
export interface ExplorerElement extends HTMLElement {
  source: TraceSource | undefined;
  /** The selected trace and span; undefined while only the list is shown. Set it to select. */
  value: Selection | undefined;
  /**
   * What is shown, as a small plain object: the search, the time, order, groups and columns of the list, and what is open. Set
   * it to show that. `statechange` fires when the reader has changed it.
   */
  state: ExplorerView;
  /** Releases the source and shows nothing any more. May be called twice. */
  dispose(): void;
}

export const elementName = "spanbook-explorer";

declare global {
  interface HTMLElementTagNameMap {
    "spanbook-explorer": ExplorerElement;
  }
}

/**
 * Registers the element unless it is registered already. The first bundle on a page to do so serves all others, with its parts.
 */
export function defineExplorerElement(parts: ExplorerParts): void {
  if (customElements.get(elementName) === undefined) {
    customElements.define(elementName, createElementClass(parts));
  }
}

// A function, because this module may be imported where HTMLElement does not exist (Node).
function createElementClass(parts: ExplorerParts): CustomElementConstructor {
  return class SpanbookExplorer extends HTMLElement implements ExplorerElement {
    #source: TraceSource | undefined;
    #model: ExplorerModel | undefined;
    #unfollow: (() => void) | undefined;
    #view: ExplorerView = {};
    /** Set while it moves to a requested state: no event is fired for the states in between. */
    #steering: symbol | undefined;
    /** A change for which no event was fired yet; see {@link restMs}. */
    #waiting: { readonly view: ExplorerView; readonly timer: ReturnType<typeof setTimeout> } | undefined;
    #unsubscribe: (() => void) | undefined;
    /** To be undone when it is disconnected. */
    #undo: (() => void)[] = [];

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      adoptStyles(root);
      // Key presses and input events inside stay inside: a notebook would move its cells.
      for (const type of ["keydown", "keypress", "keyup"]) this.addEventListener(type, stop);
      for (const type of ["input", "change"]) root.addEventListener(type, stop);
      // JupyterLab requires this. Not set earlier: hydration of a server-rendered page would find an unexpected attribute.
      this.addEventListener("focusin", () => this.setAttribute("data-lm-suppress-shortcuts", "true"));
    }

    connectedCallback(): void {
      this.#adopt("value");
      this.#adopt("state");
      this.#adopt("source");
      this.#watchVisibility();
    }

    disconnectedCallback(): void {
      this.#rest();
      for (const undo of this.#undo.splice(0)) undo();
    }

    /**
     * Style sheets and element registries belong to a document, and elements created in another one are no `Element` of this
     * one's: nothing can be drawn there, until it comes back.
     */
    adoptedCallback(): void {
      const root = this.shadowRoot;
      if (root === null) return;
      render(null, root);
      root.textContent = "";
      if (this.ownerDocument !== document) root.textContent = elsewhere;
      else {
        adoptStyles(root);
        if (this.#model) this.#draw(this.#model, root);
      }
    }

    get source(): TraceSource | undefined {
      return this.#source;
    }

    set source(source: TraceSource | undefined) {
      this.#letGo();
      // Frameworks pass null for what is not there yet.
      this.#source = source ?? undefined;
      if (this.#source && this.shadowRoot) this.#open(this.#source, this.shadowRoot);
    }

    get value(): Selection | undefined {
      const { traceId, spanId } = this.#view;
      return traceId === undefined ? undefined : { traceId, ...(spanId !== undefined && { spanId }) };
    }

    set value(selection: Selection | undefined) {
      const { traceId, spanId: _, spanFilter, zoom, ...others } = this.#view;
      const isSame = traceId === selection?.traceId;
      this.state = {
        ...others,
        ...(isSame && spanFilter && { spanFilter }),
        ...(isSame && zoom && { zoom }),
        ...selection,
      };
    }

    get state(): ExplorerView {
      return this.#view;
    }

    set state(view: ExplorerView) {
      const isShown = this.#waiting === undefined && isSameView(view, this.#view);
      this.#dropWaiting();
      if (isShown) return;
      this.#view = view;
      void this.#steer((model) => model.show(view));
    }

    dispose(): void {
      this.source = undefined;
    }

    #open(source: TraceSource, root: ShadowRoot): void {
      const model = createExplorerModel(toReader(source), () => Date.now());
      this.#model = model;
      this.#unsubscribe = model.store.subscribe((state) => this.#tell(viewOf(state)));
      if (this.ownerDocument === document) this.#draw(model, root);
      void this.#steer(() => model.load(this.#view));
      if (this.isConnected) this.#watchVisibility();
    }

    #draw(model: ExplorerModel, root: ShadowRoot): void {
      render(h(Explorer, { model, parts }), root);
    }

    #letGo(): void {
      if (this.#model === undefined) return;
      this.#rest();
      this.#dropWaiting();
      this.#model.stopReading();
      this.#model.stopLooking();
      this.#unsubscribe?.();
      this.#model = this.#steering = undefined;
      this.#view = {};
      if (this.shadowRoot) render(null, this.shadowRoot);
    }

    #rest(): void {
      this.#unfollow?.();
      this.#unfollow = undefined;
    }

    /** Takes over a property that was set before the element was registered. */
    #adopt(name: "source" | "value" | "state"): void {
      const early = Object.getOwnPropertyDescriptor(this, name);
      if (early === undefined) return;
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, early.value);
    }

    async #steer(go: (model: ExplorerModel) => Promise<void>): Promise<void> {
      const model = this.#model;
      if (model === undefined) return;
      const own = (this.#steering = Symbol("steering"));
      await go(model);
      if (this.#steering !== own) return;
      this.#steering = undefined;
      this.#tell(viewOf(model.store.getState()));
    }

    #tell(view: ExplorerView): void {
      if (this.#steering !== undefined || isSameView(this.#waiting?.view ?? this.#view, view)) return;
      this.#dropWaiting();
      // Typing and zooming are reported once they pause: a page that puts the state into its URL would add an entry for each
      // step.
      const isElsewhere = !isSameView(withoutSearch(this.#view), withoutSearch(view));
      if (isElsewhere) this.#tellNow(view);
      else this.#waiting = { view, timer: setTimeout(() => this.#tellNow(view), restMs) };
    }

    #dropWaiting(): void {
      clearTimeout(this.#waiting?.timer);
      this.#waiting = undefined;
    }

    #tellNow(view: ExplorerView): void {
      const known = this.#view;
      this.#dropWaiting();
      if (isSameView(known, view)) return;
      this.#view = view;
      if (known.traceId !== view.traceId || known.spanId !== view.spanId) {
        this.dispatchEvent(new Event("input", { bubbles: true }));
      }
      this.dispatchEvent(new Event("statechange"));
    }

    #watchVisibility(): void {
      for (const undo of this.#undo.splice(0)) undo();
      let isInSight = true;
      const update = () => {
        if (isInSight && document.visibilityState === "visible") this.#unfollow ??= this.#model?.follow();
        else this.#rest();
      };
      document.addEventListener("visibilitychange", update);
      this.#undo.push(() => document.removeEventListener("visibilitychange", update));
      if (typeof IntersectionObserver !== "undefined") {
        const observer = new IntersectionObserver((entries) => {
          isInSight = entries.at(-1)?.isIntersecting ?? true;
          update();
        });
        observer.observe(this);
        this.#undo.push(() => observer.disconnect());
      }
      update();
    }
  };
}

const elsewhere =
  "An explorer works only in the document that made it. To show traces in this one, load the library here and give its explorer the same source.";

function adoptStyles(root: ShadowRoot): void {
  const sheet = toStyleSheet();
  if (sheet) root.adoptedStyleSheets = [sheet];
}

/** How long a search or zoom must stay the same before an event reports it. */
const restMs = 400;

/** A view without the search in its trace and the zoom. */
function withoutSearch({ spanFilter: _, zoom: __, ...others }: ExplorerView): ExplorerView {
  return others;
}

function stop(event: Event): void {
  event.stopPropagation();
}
