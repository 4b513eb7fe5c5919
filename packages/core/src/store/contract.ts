import type { TracePatch } from "../model/patch.js";
import type { Origins, Span } from "../model/span.js";
import type { SpanDigest, Trace } from "../model/trace.js";
import type { FilterTree } from "../search/tree.js";

/**
 * What every store does. All methods are async, not generic and not overloaded, with plain data in and out, so that
 * `Comlink.Remote<TraceStore>` is itself a TraceStore and a worker adds no second interface.
 *
 * Overlapping calls act in call order. After `close` every call rejects with StoreClosedError. A call that carries a
 * `requestId` runs in time slices and can be cancelled.
 */
export interface TraceStore {
  /**
   * Stores spans and trace patches: all of the batch or nothing, durable when it resolves. Writing the same batch again
   * changes nothing. Records and patches may come in any order, even a child before its parent. Of two records of one span
   * the ended one wins, then the higher version, then the one already stored. All records of a span agree on its parent
   * and start. The caller must not change the batch after the call.
   *
   * Rejects with TypeError (not a batch), QuotaExceededError (disk or quota full: nothing of the batch was stored).
   */
  write(batch: Batch): Promise<void>;
  /**
   * Traces in order, a page at a time. Rejects with FilterSyntaxError for a bad filter, TypeError or RangeError for any
   * other bad query.
   */
  search(query: TraceQuery): Promise<TracePage>;
  /** A trace, or undefined if there is none. */
  get(traceId: string, options?: GetOptions): Promise<Trace | undefined>;
  /** One whole span, or undefined if there is none. */
  getSpan(traceId: string, spanId: string): Promise<Span | undefined>;
  /**
   * Deletes traces and returns how many. Each leaves a tombstone: late batches of the recorders that had written to it do not
   * bring it back; those of another recorder (an import) do.
   */
  delete(selector: DeleteSelector): Promise<number>;
  /** Figures for plots, computed where the spans are stored. Rejects as `search` does. */
  stats(query: StatsQuery): Promise<TraceStats>;
  /**
   * The traces that changed after a revision, oldest change first, at most `limit` (1 to 10,000). Each trace occurs once,
   * at its last change. Start with 0, and continue with the `revision` of the result.
   */
  changes(since: number, limit: number): Promise<Changes>;
  /** Makes the running or waiting call with that request id reject with AbortError; does nothing if there is none. */
  cancel(requestId: string): Promise<void>;
  /** Waits for earlier calls, then releases everything. Closing twice is allowed. */
  close(): Promise<void>;
}

/** A store that can also write synchronously, for the moment when the process or the page ends. */
export interface SyncWritableStore extends TraceStore {
  /**
   * Makes durable, before it returns, the batch and every batch of this process that `write` has not acknowledged yet.
   * For exit handlers only. Throws what `write` would reject with.
   */
  writeSync(batch: Batch): void;
}

/** A store that lets its recorders write what they hold before it closes. */
export interface ClosingStore extends TraceStore {
  /**
   * Registers a callback for when `close` is called; the store closes when the promise that it returns has settled, and is open
   * to everybody until then. The returned function unregisters it.
   */
  beforeClose(listener: () => Promise<unknown>): () => void;
}

/** What a recorder or an import writes to a store in one call. */
export interface Batch {
  /** Unique to the batch: a retry has the same id. */
  readonly id: string;
  /** Who recorded it. A recorder is alive from its first batch to the one marked `final`, while the store is open. */
  readonly recorderId: string;
  readonly spans: readonly SpanRecord[];
  readonly patches: readonly TracePatch[];
  /** The resources and scopes the spans refer to; those that the store already has may be left out. */
  readonly origins: Origins;
  /** The recorder's last batch: what it left open is unfinished. */
  readonly final?: boolean;
}

/** A span on its way into a store: the digest to index, and the span itself as JSON text, which stores do not parse. */
export interface SpanRecord {
  readonly digest: SpanDigest;
  /** The JSON text of the {@link Span}; it has no line breaks. */
  readonly payload: string;
}

/** Which traces to return, in which order, and how many per page. */
export interface TraceQuery {
  /** Only traces of these experiments. */
  readonly experimentIds?: readonly string[] | undefined;
  /** Only traces that match: text in the filter language (docs/search.md), or its tree. Empty matches all. */
  readonly filter?: string | FilterTree | undefined;
  /**
   * MLflow's terms, such as `["execution_time_ms DESC"]`: timestamp_ms, end_time_ms, execution_time_ms, status, name,
   * request_id, run_id, experiment, span_count, total_tokens; ASC unless DESC is given. Default `["timestamp_ms DESC"]`. A
   * trace that lacks the value comes first in ascending order. Ties are broken by trace id.
   */
  readonly orderBy?: readonly string[] | undefined;
  /** 1 to 1,000; default 100. */
  readonly maxResults?: number | undefined;
  /** `nextPageToken` of the page before; valid only for the same query. */
  readonly pageToken?: string | undefined;
  /** Whether the traces come with their spans; default false. */
  readonly includeSpans?: boolean | undefined;
  /** An id for `cancel`, to give this call up. */
  readonly requestId?: string | undefined;
}

/** A page of the traces that were found, in the requested order. */
export interface TracePage {
  readonly traces: readonly Trace[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

/** How much of a trace to return. */
export interface GetOptions {
  /**
   * "spans" (the default) gives whole spans, "digests" only their digests, "records" digests and payloads, which are not
   * parsed.
   */
  readonly include?: "spans" | "digests" | "records" | undefined;
  /** At most this many spans, from 1; default all. */
  readonly maxSpans?: number | undefined;
  /** The last span of the previous page: this page begins after it. */
  readonly after?: { readonly startTimeUnixNano: string; readonly spanId: string } | undefined;
  /** An id for `cancel`, to give this call up. */
  readonly requestId?: string | undefined;
}

/**
 * Needs at least one of the fields, none undefined, as that would delete more; several together delete less. Beyond `maxTraces`
 * the oldest are deleted.
 */
export interface DeleteSelector {
  readonly traceIds?: readonly string[];
  readonly experimentId?: string;
  /** Traces that started before this; milliseconds since the Unix epoch. */
  readonly beforeMs?: number;
  readonly maxTraces?: number;
  /**
   * Deletes traces beyond the newest ones that together take at most this many bytes: the JSON text of their spans, in UTF-8,
   * as the store keeps it.
   */
  readonly keepBytes?: number;
}

/** Which traces to compute figures of. */
export interface StatsQuery {
  readonly experimentIds?: readonly string[] | undefined;
  /** Only traces that match, as in {@link TraceQuery}. */
  readonly filter?: string | FilterTree | undefined;
  /** Traces that started at `fromMs` or later, and before `toMs`; milliseconds since the Unix epoch. */
  readonly fromMs?: number | undefined;
  /** Only traces that started before this time; milliseconds since the Unix epoch. */
  readonly toMs?: number | undefined;
  /** How many equal buckets the time is divided into, 1 to 1,000; default 60. */
  readonly bucketCount?: number | undefined;
  /** Also returns totals by session, run or experiment. */
  readonly groupBy?: GroupField | undefined;
  /** The id to pass to `cancel`. */
  readonly requestId?: string | undefined;
}

/** What traces can have in common. */
export type GroupField = "session" | "run" | "experiment";

/** Figures of many traces, for plots: over time, quantiles, and totals by span. */
export interface TraceStats {
  readonly traceCount: number;
  readonly errorCount: number;
  readonly openCount: number;
  /** Buckets that hold a trace, in order of time; `bucketMs` is the width of each. */
  readonly buckets: readonly TimeBucket[];
  readonly bucketMs: number;
  /** Nearest-rank quantiles of the execution durations, milliseconds; absent if no trace has ended. */
  readonly durationMs?: DurationQuantiles;
  /** Histogram of the execution durations: at most 60 bins of equal width on a logarithmic axis, without empty ones. */
  readonly durationBins: readonly DurationBin[];
  /** Totals by span name, type and model, greatest total duration first; at most 100. */
  readonly spanGroups: readonly SpanGroup[];
  /** With `groupBy`: totals by group, the one with the latest start first; at most 1,000. */
  readonly traceGroups?: readonly TraceGroup[];
}

/** The traces that started within one bucket of time. */
export interface TimeBucket {
  /** Milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly traceCount: number;
  readonly errorCount: number;
  readonly totalTokens: number;
}

/** Durations that a share of the traces does not exceed; milliseconds. */
export interface DurationQuantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** How many durations are in a range; milliseconds. The least is a tenth of a microsecond, as a logarithm needs more than 0. */
export interface DurationBin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** Totals over the traces of one session, run or experiment. */
export interface TraceGroup {
  /** Absent for traces that belong to none. */
  readonly id?: string;
  readonly traceCount: number;
  readonly errorCount: number;
  readonly totalTokens: number;
  readonly totalCost: number;
  /** Over the ended traces; milliseconds. */
  readonly totalDurationMs: number;
  /** Start of its latest trace; milliseconds since the Unix epoch. */
  readonly lastStartMs: number;
}

/** Totals over the spans of one name, type and model. */
export interface SpanGroup {
  readonly name: string;
  readonly type: string;
  readonly model?: string;
  readonly count: number;
  readonly errorCount: number;
  /** Over the ended spans; milliseconds. */
  readonly totalDurationMs: number;
  readonly totalTokens: number;
}

/** The traces that were written or deleted since a revision, each once, in order of its last change. */
export interface Changes {
  readonly changes: readonly TraceChange[];
  /** The revision to continue from. */
  readonly revision: number;
  readonly hasMore: boolean;
  /**
   * True if the store was made anew after the given revision, as when a site's data was cleared: what was there before is gone.
   */
  readonly isAnew?: boolean;
}

/** The last change of one trace, and the store's revision after it. */
export interface TraceChange {
  readonly traceId: string;
  readonly revision: number;
  readonly deleted: boolean;
}
