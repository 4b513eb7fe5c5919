import type { TraceStore } from "./contract.js";
import { expectIntegerWithin } from "./checks.js";

/** How much a store may keep. Several limits apply together; the oldest traces go first. */
export interface Retention {
  readonly maxTraces?: number | undefined;
  /** Measured from a trace's start. */
  readonly maxAgeMs?: number | undefined;
  /** Counts the spans' JSON text in UTF-8; indexes and summaries come on top. */
  readonly maxBytes?: number | undefined;
}

/**
 * Deletes the oldest traces beyond what may be kept, running ones too, and returns how many.
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
  if (maxBytes !== undefined) deleted += await store.delete({ keepBytes: maxBytes });
  return deleted;
}
