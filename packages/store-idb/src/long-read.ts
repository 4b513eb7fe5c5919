import type { TraceInfo } from "@spanbook/core/model";
import type { Database, VisibleRow } from "./database.js";

/** What a call needs to read in more than one transaction; others may write in between. */
export interface LongRead {
  /** Call it for each transaction: the browser may have closed the connection meanwhile. */
  database(): Promise<Database>;
  /** The infos of rows, in the same order. */
  infosOf(rows: readonly VisibleRow[]): Promise<readonly TraceInfo[]>;
  /** Awaited between transactions. Rejects with AbortError once the call is cancelled. */
  pause(): Promise<void>;
}
