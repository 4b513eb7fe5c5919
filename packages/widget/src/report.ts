import type { Trace } from "@spanbook/core/model";
import type { TraceStore } from "@spanbook/core/store";

/** What a report can show: a store, a trace or several, with their spans. */
export type ReportSource =
  (Pick<TraceStore, "search"> & Partial<Pick<TraceStore, "stats">>) | Trace | readonly Trace[];

export interface ReportOptions {
  /** Default "Traces". */
  readonly title?: string | undefined;
  /** The time of the report, shown on the page; default now. */
  readonly createdAt?: Date | undefined;
  /** The most traces in the report, the newest, from 1; default 1,000. The page says how many there are in all. */
  readonly maxTraces?: number | undefined;
  /** Called once if a trace was recorded without `redact`; the page says so too. Default: nobody is warned. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Makes a report: one HTML page with the explorer and the traces inside, which opens from disk and makes no requests. Without
 * scripts it shows a table and a timeline for each trace. Needs no document; runs in Node too.
 *
 * Rejects with RangeError for a bad `maxTraces`, and with the store's errors.
 */
export async function createReport(source: ReportSource, options: ReportOptions = {}): Promise<string> {
  // Loaded on demand, so that a page that only shows traces does not include it.
  const { writeReport } = await import("./report/write-report.js");
  return writeReport(source, options);
}
