import type { Trace } from "@spanbook/core/model";
import type { TraceStore } from "@spanbook/core/store";

/** What a report can be made of: a store, a trace or several, with their spans. */
export type ReportSource =
  (Pick<TraceStore, "search"> & Partial<Pick<TraceStore, "stats">>) | Trace | readonly Trace[];

export interface ReportOptions {
  /** Default "Traces". */
  readonly title?: string | undefined;
  /** When it is made, which the page says; default now. */
  readonly createdAt?: Date | undefined;
  /** The newest so many, from 1; default 1,000. The page says of how many they are. */
  readonly maxTraces?: number | undefined;
  /** Told once where a trace was recorded without `redact`; the page says so too. Default: nobody. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * A report: one HTML page with the explorer and the traces inside, that opens from disk and asks for nothing. Where no
 * script runs it shows a table and a timeline for each trace. Needs no document; runs in Node too.
 *
 * Rejects with RangeError for a bad `maxTraces`, and with what the store rejects with.
 */
export async function createReport(source: ReportSource, options: ReportOptions = {}): Promise<string> {
  // Not part of what shows traces, so a page that only does that does not carry it.
  const { writeReport } = await import("./report/write-report.js");
  return writeReport(source, options);
}
