import type { TraceInfo } from "@spanbook/core/model";
import type { Database, VisibleRow } from "./database.js";

/** What a call reads with that takes more than one transaction, in which others may write in between. */
export interface LongRead {
  /** Asked for each transaction: the browser may have closed the connection meanwhile. */
  database(): Promise<Database>;
  /** The infos of rows, in the same order. */
  infosOf(rows: readonly VisibleRow[]): Promise<readonly TraceInfo[]>;
  /** Awaited between transactions. Rejects with AbortError once the call is cancelled. */
  pause(): Promise<void>;
}
