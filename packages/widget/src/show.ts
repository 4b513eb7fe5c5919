import { allParts } from "./all-parts.js";
import type { ExplorerView } from "./derive/explorer-view.js";
import { defineExplorerElement, elementName, type ExplorerElement } from "./explorer-element.js";
import type { Selection } from "./state/trace-state.js";
import type { TraceSource } from "./source.js";

export interface ShowOptions {
  /** What is selected at first; by default nothing, or the only trace. */
  readonly selection?: Selection;
  /** What is shown at first, the selection included; by default the newest traces. */
  readonly state?: ExplorerView;
  /** When it settles, the explorer is disposed of: Observable's `invalidation`. */
  readonly invalidation?: PromiseLike<unknown>;
}

/**
 * An element that shows a store, a trace or several, to be put where it is wanted. Its `value` is the selection, of which a
 * bubbling `input` event tells; `dispose()` lets go of the source.
 *
 *     document.body.append(show(store));
 */
export function show(source: TraceSource, options: ShowOptions = {}): ExplorerElement {
  defineExplorerElement(allParts);
  const element = document.createElement(elementName) as ExplorerElement;
  if (options.state) element.state = options.state;
  if (options.selection) element.value = options.selection;
  element.source = source;
  const dispose = () => element.dispose();
  options.invalidation?.then(dispose, dispose);
  return element;
}

/** Shows a source at the end of an element. The result takes it away again and disposes of it. */
export function mount(host: Element, source: TraceSource, options?: ShowOptions): () => void {
  const element = show(source, options);
  host.append(element);
  return () => {
    element.remove();
    element.dispose();
  };
}
