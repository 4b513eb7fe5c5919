import { toUnixMs, type Trace, type TraceInfo } from "@spanbook/core/model";
import type { ExplorerView } from "../derive/explorer-view.js";

/** The element that an output is: the static form is its content, and what the explorer needs lies in comments in it. */
export const outputName = "spanbook-output";

/** The attribute that says which output it is, whatever is in it by now. */
export const idAttribute = "output-id";

/** What the comments begin with; packed text follows. Sanitisers drop comments without a trace. */
export const dataMark = "spanbook-data ";
export const libraryMark = "spanbook-library ";

/**
 * How long a trace that ran when a snapshot was made is taken to run still, in milliseconds: for a minute, or as long again as it
 * had been running. A kernel that is alive tells of it before; undefined for a trace that did not run.
 */
export function toTrustedMs(info: TraceInfo, madeAtMs: number): number | undefined {
  if (info.state !== "IN_PROGRESS") return undefined;
  return Math.max(60_000, madeAtMs - toUnixMs(info.startTimeUnixNano));
}

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
