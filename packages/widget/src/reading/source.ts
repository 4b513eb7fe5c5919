import type { Trace } from "@spanbook/core/model";
import type { NotifyingStore, TraceStore } from "@spanbook/core/store";
import { createSnapshotReader } from "./snapshot-reader.js";

/** What can be shown: a store (also one behind Comlink), a trace, or several. */
export type TraceSource = TraceReader | Trace | readonly Trace[];

/**
 * The part of a store that the explorer reads. With `delete` traces can be deleted, with `write` tags and feedback changed, with
 * `stats` traces are plotted, with `cancel` a long search is given up where it runs, with `onChange` what is written is shown soon after.
 */
export type TraceReader = Pick<TraceStore, "search" | "get" | "getSpan" | "changes"> &
  Partial<Pick<NotifyingStore, "delete" | "write" | "stats" | "cancel" | "onChange">>;

/** Any source as a reader. Traces that were given whole are read as they are, their info untouched. */
export function toReader(source: TraceSource): TraceReader {
  if (isReader(source)) return source;
  return createSnapshotReader("info" in source ? [source] : source);
}

/** Tells a store from traces. One behind Comlink is a function, whatever it is asked for. */
export function isReader<Reader extends Pick<TraceReader, "search">>(
  source: Reader | Trace | readonly Trace[],
): source is Reader {
  return typeof source === "function" || "search" in source;
}
