import type { Trace } from "@spanbook/core/model";
import type { NotifyingStore, TraceStore } from "@spanbook/core/store";
import { createSnapshotReader } from "./snapshot-reader.js";

/** What can be shown: a store (also one behind Comlink), a trace, or several. */
export type TraceSource = TraceReader | Trace | readonly Trace[];

/**
 * The part of a store that the explorer reads. With `delete` traces can be deleted, with `write` tags and feedback changed,
 * with `stats` traces plotted, with `cancel` long searches stopped where they run, and with `onChange` writes appear soon.
 */
export type TraceReader = Pick<TraceStore, "search" | "get" | "getSpan" | "changes"> &
  Partial<Pick<NotifyingStore, "delete" | "write" | "stats" | "cancel" | "onChange">>;

/**
 * Any source as a reader. Traces given whole are read as they are, with their own info. Throws TypeError for anything else, such
 * as the promise of a store.
 */
export function toReader(source: TraceSource): TraceReader {
  return isReader(source) ? source : createSnapshotReader(toTraces(source));
}

/** Traces given whole. Throws TypeError for anything else. */
export function toTraces(source: Trace | readonly Trace[]): readonly Trace[] {
  const traces: readonly unknown[] = Array.isArray(source) ? source : [source];
  const other = traces.findIndex((trace) => !(isObject(trace) && "info" in trace && "data" in trace));
  if (other === -1) return traces as readonly Trace[];
  const got = toKind(traces[other]) + (Array.isArray(source) ? ` at ${other}` : "");
  throw new TypeError(`source must be a store, a trace or several, got ${got}`);
}

function toKind(value: unknown): string {
  if (!isObject(value)) return value === undefined || value === null ? String(value) : typeof value;
  if ("then" in value) return "a promise: await it";
  if (Array.isArray(value)) return "an array";
  const fields = Object.keys(value).slice(0, 3).join(", ");
  return fields === "" ? "an object without fields" : `an object with ${fields}`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Tells a store from traces. One behind Comlink is a function, whatever property it is asked for. */
export function isReader<Reader extends Pick<TraceReader, "search">>(
  source: Reader | Trace | readonly Trace[],
): source is Reader {
  return typeof source === "function" || (isObject(source) && "search" in source);
}
