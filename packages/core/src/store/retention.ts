import type { TraceStore } from "./contract.js";
import { expectIntegerWithin } from "./checks.js";

/** What a store may keep. Several narrow; the oldest traces go first. */
export interface Retention {
  readonly maxTraces?: number;
  /** Measured from a trace's start. */
  readonly maxAgeMs?: number;
  /** Of the traces' JSON text, in characters: about what a file holds. It has to read the traces to know. */
  readonly maxBytes?: number;
}

const pageSize = 50;

/**
 * Deletes what is over and gives how many traces that was. Traces that still run go like others.
 * Throws RangeError for a bad number.
 */
export async function prune(store: TraceStore, retention: Retention, nowMs = Date.now()): Promise<number> {
  const { maxTraces, maxAgeMs, maxBytes } = retention;
  for (const [name, value] of Object.entries({ maxTraces, maxAgeMs, maxBytes })) {
    if (value !== undefined) expectIntegerWithin(value, name, 0, Number.MAX_SAFE_INTEGER);
  }
  let deleted = 0;
  if (maxAgeMs !== undefined) deleted += await store.delete({ beforeMs: nowMs - maxAgeMs });
  if (maxTraces !== undefined) {
    const { traceCount } = await store.stats({ bucketCount: 1 });
    if (traceCount > maxTraces) deleted += await store.delete({ maxTraces: traceCount - maxTraces });
  }
  return maxBytes === undefined ? deleted : deleted + (await pruneBytes(store, maxBytes));
}

async function pruneBytes(store: TraceStore, maxBytes: number): Promise<number> {
  const over: string[] = [];
  let bytes = 0;
  let pageToken: string | undefined;
  do {
    const query = { includeSpans: true, maxResults: pageSize, ...(pageToken !== undefined && { pageToken }) };
    const page = await store.search(query);
    for (const trace of page.traces) {
      bytes += JSON.stringify(trace).length;
      if (bytes > maxBytes) over.push(trace.info.traceId);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return over.length > 0 ? store.delete({ traceIds: over }) : 0;
}
