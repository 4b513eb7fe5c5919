/** The explorer for notebooks whose kernel has no document, and for terminals: the `show` for these, with its types. */
import { createOutput, type Output, type OutputOptions } from "./hosts/output.js";
import type { TraceSource } from "./reading/source.js";

export type { Output, OutputOptions } from "./hosts/output.js";
export type { ExplorerView } from "./derive/explorer-view.js";
export type { Selection } from "./state/trace-state.js";
export type { TraceReader, TraceSource } from "./reading/source.js";

/**
 * Shows a store, a trace or several: in Deno's kernel under the cell, elsewhere in the terminal.
 *
 *     await show(store);                              // in a cell of Deno's kernel, or in a script
 *     display.html(await show(store).html());         // in tslab
 */
export function show(source: TraceSource, options?: OutputOptions): Output {
  return createOutput(source, options);
}
