import type { ExplorerView } from "../derive/explorer-view.js";
import type { Selection } from "../state/trace-state.js";
import type { TraceSource } from "../reading/source.js";

/** How a source is shown if there is no document: as a snapshot, because the reader's page cannot reach the store. */
export interface OutputOptions {
  /** The initial selection; by default nothing, or the only trace. */
  readonly selection?: Selection | undefined;
  /** The initial state, including the selection; by default the newest traces. */
  readonly state?: ExplorerView | undefined;
  /** The most traces in the snapshot, the newest, from 1; default 100. */
  readonly maxTraces?: number | undefined;
  /** The most characters of JSON for the spans in the snapshot, from 1; default 4,000,000. The output says what is left out. */
  readonly maxSize?: number | undefined;
  /** Whether an output follows its store, as long as it is the store's newest output and the kernel runs; default true. */
  readonly live?: boolean | undefined;
  /** When it settles, the output stops following. */
  readonly invalidation?: PromiseLike<unknown> | undefined;
}

/**
 * What `show` returns if there is no document. Await it to show it: in a notebook of Deno's kernel under the cell, elsewhere as
 * a tree of text in the terminal, where it also appears without being awaited. It resolves to undefined when that is done; it
 * rejects with RangeError for bad options, and with the source's errors.
 */
export interface Output extends PromiseLike<undefined> {
  /** The output as self-contained HTML, for notebooks with a call to show that, such as tslab. */
  html(): Promise<string>;
  /** The trees of the newest traces as text. */
  text(): Promise<string>;
}

/** Reads nothing until something is asked of it. */
export function createOutput(source: TraceSource, options: OutputOptions = {}): Output {
  // Not needed in pages.
  const loading = import("./host-parts.js");
  let isAskedFor = false;
  let showing: Promise<undefined> | undefined;
  const ask = async () => {
    isAskedFor = true;
    return loading;
  };
  const showOnce = () => (showing ??= ask().then((parts) => parts.showOutput(source, options)));
  void loading.then(({ findKernel }) => isAskedFor || findKernel() || showOnce());
  const output: Output & Record<symbol, () => Promise<Readonly<Record<string, string>>>> = {
    then: (fulfilled, rejected) => showOnce().then(fulfilled, rejected),
    html: async () => (await ask()).toHtml(source, options),
    text: async () => (await ask()).toText(source, options),
    // Deno's kernel calls this on a cell's last value.
    [Symbol.for("Jupyter.display")]: async () => (await ask()).toBundle(source, options),
  };
  return output;
}
