import { toUnixMs, type Trace, type TraceInfo } from "@spanbook/core/model";
import type { ExplorerView } from "../derive/explorer-view.js";

/** The element of an output: its content is the static form, with the explorer's data in comments. */
export const outputName = "spanbook-output";

/** The attribute that identifies the output, whatever it contains by now. */
export const idAttribute = "output-id";

/** The beginnings of the comments; packed text follows. Sanitisers drop comments completely. */
export const dataMark = "spanbook-data ";
export const libraryMark = "spanbook-library ";

/**
 * How long a trace that was running in a snapshot is assumed to run on, in milliseconds: a minute, or as long again as it had
 * been running. A live kernel announces it sooner; undefined for a trace that was not running.
 */
export function toTrustedMs(info: TraceInfo, madeAtMs: number): number | undefined {
  if (info.state !== "IN_PROGRESS") return undefined;
  return Math.max(60_000, madeAtMs - toUnixMs(info.startTimeUnixNano));
}

/** What an output shows, as stored in the notebook. */
export interface OutputData {
  readonly traces: readonly Trace[];
  /** Milliseconds since the Unix epoch. */
  readonly madeAtMs: number;
  /** Which part of the source it is, in words. */
  readonly extent: string;
  /** The initial view. */
  readonly view: ExplorerView;
}
