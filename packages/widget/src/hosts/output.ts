import type { ExplorerView } from "../derive/explorer-view.js";
import type { Selection } from "../state/trace-state.js";
import type { TraceSource } from "../reading/source.js";

/** How a source is shown where there is no document: on a snapshot, because the reader's page cannot reach the store. */
export interface OutputOptions {
  /** What is selected at first; by default nothing, or the only trace. */
  readonly selection?: Selection | undefined;
  /** What is shown at first, the selection included; by default the newest traces. */
  readonly state?: ExplorerView | undefined;
  /** The newest so many traces are in the snapshot, from 1; default 100. */
  readonly maxTraces?: number | undefined;
  /** The spans in the snapshot are at most so many characters of JSON, from 1; default 4,000,000. The output says what is left out. */
  readonly maxSize?: number | undefined;
  /** Whether an output of a store follows it, as long as it is the store's newest one and the kernel runs; default true. */
  readonly live?: boolean | undefined;
  /** When it settles, the output follows no longer. */
  readonly invalidation?: PromiseLike<unknown> | undefined;
}

/**
 * What `show` gives where there is no document. Awaited it is shown: in a notebook of Deno's kernel under the cell, elsewhere as
 * a tree of text in the terminal, which has it without being awaited too. It gives undefined when that is done; it rejects with
 * RangeError for bad options, and with what the source rejects with.
 */
export interface Output extends PromiseLike<undefined> {
  /** The output as HTML that stands alone, for notebooks that have a call for it, such as tslab. */
  html(): Promise<string>;
  /** The trees of the newest traces as text. */
  text(): Promise<string>;
}

/** Reads nothing before it is asked for something. */
export function createOutput(source: TraceSource, options: OutputOptions = {}): Output {
  // Pages do not need them.
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
    // What Deno's kernel asks a cell's last value for.
    [Symbol.for("Jupyter.display")]: async () => (await ask()).toBundle(source, options),
  };
  return output;
}
