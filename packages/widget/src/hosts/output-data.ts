import type { Trace } from "@spanbook/core/model";
import type { ExplorerView } from "../derive/explorer-view.js";

/** The element that an output is: the static form is its content, and what the explorer needs lies in comments in it. */
export const outputName = "spanbook-output";

/** The attribute that says which output it is, whatever is in it by now. */
export const idAttribute = "output-id";

/** What the comments begin with; packed text follows. Sanitisers drop comments without a trace. */
export const dataMark = "spanbook-data ";
export const libraryMark = "spanbook-library ";

/** What an output shows, as it lies in the notebook. */
export interface OutputData {
  readonly traces: readonly Trace[];
  /** Milliseconds since the Unix epoch. */
  readonly madeAtMs: number;
  /** How much of the source it is. */
  readonly extent: string;
  /** What is shown at first. */
  readonly view: ExplorerView;
}
