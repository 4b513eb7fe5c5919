import { allParts } from "./all-parts.js";
import { defineExplorerElement, elementName, type ExplorerElement } from "./explorer-element.js";
import { createOutput, type OutputOptions } from "./hosts/output.js";
import type { TraceSource } from "./reading/source.js";

/** `maxTraces`, `maxSize` and `live` apply only if there is no page. */
export interface ShowOptions extends OutputOptions {
  /** When it settles, the explorer is disposed of: Observable's `invalidation`. */
  readonly invalidation?: PromiseLike<unknown> | undefined;
}

/**
 * Makes an element that shows a store, a trace or several. Its `value` is the selection, and a bubbling `input` event says when
 * that changes; `dispose()` releases the source.
 *
 *     document.body.append(show(store));
 *
 * Without a document it returns what `show` of `@spanbook/widget/notebook` does, to be awaited: in a cell of Deno's kernel the
 * explorer with a snapshot, in a terminal a tree of text.
 */
export function show(source: TraceSource, options: ShowOptions = {}): ExplorerElement {
  // One call for every host: here TypeScript knows the page's result, in /notebook the other one.
  if (typeof document === "undefined") return createOutput(source, options) as unknown as ExplorerElement;
  defineExplorerElement(allParts);
  const element = document.createElement(elementName) as ExplorerElement;
  if (options.state) element.state = options.state;
  if (options.selection) element.value = options.selection;
  element.source = source;
  const dispose = () => element.dispose();
  options.invalidation?.then(dispose, dispose);
  return element;
}

/** Shows a source at the end of an element. Returns a function that removes it and disposes of it. */
export function mount(host: Element, source: TraceSource, options?: ShowOptions): () => void {
  const element = show(source, options);
  host.append(element);
  return () => {
    element.remove();
    element.dispose();
  };
}
