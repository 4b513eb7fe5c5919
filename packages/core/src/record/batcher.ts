/**
 * Collects what the recorder has to say and hands it to the store in batches: ended spans, once what is still open, and
 * patches. A batch that could not be written is kept and tried again; what does not fit the buffer is dropped and counted.
 */
import { digestSpan } from "../model/describe-span.js";
import type { Dialect } from "../model/dialects/dialect.js";
import { mlflowDialect } from "../model/dialects/mlflow.js";
import type { TracePatch } from "../model/patch.js";
import type { Origins } from "../model/span.js";
import type { Batch, SpanRecord, SyncWritableStore, TraceStore } from "../store/contract.js";
import { withCost, type Prices } from "./cost.js";
import type { LiveSpan } from "./live-span.js";
import { redactPatch, redactSpan, type Redaction } from "./redaction.js";

export interface RecorderStats {
  /** Spans that were started. */
  readonly recorded: number;
  /** Spans whose end is durable in the store. */
  readonly written: number;
  /** Ended spans that are not yet durable. */
  readonly buffered: number;
  /** Ended spans that were given up: the buffer was full, or the store refused them for good. */
  readonly dropped: number;
  readonly lastError?: unknown;
}

export interface BatcherOptions {
  readonly store: TraceStore & Partial<Pick<SyncWritableStore, "writeSync">>;
  readonly recorderId: string;
  readonly origins: Origins;
  readonly newBatchId: () => string;
  readonly onError: (error: unknown) => void;
  /** A batch is durable. */
  readonly onWritten?: ((batch: Batch) => void) | undefined;
  readonly redact?: Redaction | undefined;
  readonly prices?: Prices | undefined;
  readonly flushIntervalMs?: number | undefined;
  readonly maxBatchSpans?: number | undefined;
  readonly maxBufferedSpans?: number | undefined;
}

export interface Batcher {
  started(span: LiveSpan): void;
  ended(span: LiveSpan): void;
  patched(patch: TracePatch): void;
  /** Resolves when all that was said before is durable; rejects with the store's error if it is not. */
  flush(): Promise<void>;
  /** Flushes and says that this recorder writes no more. */
  close(): Promise<void>;
  /** In an exit handler: hands over what is left, durable when it returns where the store can do that. */
  flushSync(): void;
  /** When a page is hidden: starts writing what is left, and has the store keep at once what is not durable yet. */
  saveSync(): void;
  /** Whether anything said is not yet durable. */
  hasPending(): boolean;
  stats(): RecorderStats;
}

/** Errors that no retry mends. */
const finalErrors = new Set(["TypeError", "RangeError", "StoreClosedError", "DataCloneError"]);
/** A recorder writes MLflow's keys and no others, so it carries no other reader. */
const dialects: readonly Dialect[] = [mlflowDialect];
const firstRetryMs = 500;
const lastRetryMs = 30_000;

export function createBatcher(options: BatcherOptions): Batcher {
  const { store, recorderId, origins, newBatchId, redact, prices } = options;
  const { flushIntervalMs = 200, maxBatchSpans = 512, maxBufferedSpans = 65_536 } = options;
  const unwrittenOpen = new Set<LiveSpan>();
  let ended: LiveSpan[] = [];
  let patches: TracePatch[] = [];
  /** Made and not yet acknowledged, oldest first, and how many ended spans they hold. */
  const unacknowledged = new Set<Batch>();
  let unacknowledgedSpans = 0;
  let unacknowledgedPatches = 0;
  const inFlight = new Map<Batch, Promise<void>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let soon = false;
  let retryMs = firstRetryMs;
  let failing: unknown;
  let isFull = false;
  let recorded = 0;
  let written = 0;
  let dropped = 0;
  let lastError: unknown;

  function report(error: unknown): void {
    lastError = error;
    options.onError(error);
  }

  /** Once, until a batch was written again. */
  function reportFull(): void {
    if (isFull) return;
    isFull = true;
    report(
      new RangeError(
        `the buffer holds at most ${maxBufferedSpans} spans and patches: what is over is dropped`,
      ),
    );
  }

  function keep(batch: Batch): void {
    unacknowledged.add(batch);
    unacknowledgedSpans += endedCount(batch);
    unacknowledgedPatches += batch.patches.length;
  }

  function release(batch: Batch): number {
    const count = endedCount(batch);
    unacknowledged.delete(batch);
    unacknowledgedSpans -= count;
    unacknowledgedPatches -= batch.patches.length;
    return count;
  }

  /** Without `delayMs` as soon as the running code has returned to the event loop. */
  function schedule(delayMs?: number): void {
    if (timer !== undefined && (soon || delayMs !== undefined)) return;
    clearTimeout(timer);
    soon = delayMs === undefined;
    timer = setTimeout(send, delayMs ?? 0);
    // Recording must not keep a process alive; what is left when it ends goes out in the exit handler.
    unref(timer);
  }

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    soon = false;
    const batch = takeBatch(false);
    if (batch) keep(batch);
    for (const waiting of unacknowledged) if (!inFlight.has(waiting)) void write(waiting);
  }

  function write(batch: Batch): Promise<void> {
    const attempt = tryWrite(batch).finally(() => inFlight.delete(batch));
    inFlight.set(batch, attempt);
    return attempt;
  }

  async function tryWrite(batch: Batch): Promise<void> {
    try {
      await store.write(batch);
      written += release(batch);
      isFull = false;
      options.onWritten?.(batch);
      retryMs = firstRetryMs;
      failing = undefined;
    } catch (error) {
      failing = error;
      report(error);
      if (finalErrors.has((error as Error).name)) {
        dropped += release(batch);
      } else {
        schedule(retryMs);
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
  }

  function takeBatch(final: boolean): Batch | undefined {
    if (ended.length === 0 && unwrittenOpen.size === 0 && patches.length === 0 && !final) return undefined;
    const spans: SpanRecord[] = [];
    for (const span of ended) pushRecord(spans, span);
    for (const span of unwrittenOpen) pushRecord(spans, span);
    const batch = { id: newBatchId(), recorderId, spans, patches, origins, ...(final && { final }) };
    ended = [];
    unwrittenOpen.clear();
    patches = [];
    return batch;
  }

  function pushRecord(records: SpanRecord[], live: LiveSpan): void {
    try {
      const span = redactSpan(withCost(live.toSpan(), prices), redact?.span, report);
      records.push({
        digest: digestSpan(span, live.isEnded ? 2 : 1, dialects),
        payload: JSON.stringify(span),
      });
    } catch (error) {
      dropped += Number(live.isEnded);
      report(error);
    }
  }

  async function flush(): Promise<void> {
    failing = undefined;
    send();
    await Promise.all(inFlight.values());
    if (failing !== undefined) throw failing as Error;
  }

  return {
    started(span) {
      recorded++;
      unwrittenOpen.add(span);
      schedule(flushIntervalMs);
    },
    ended(span) {
      unwrittenOpen.delete(span);
      if (ended.length + unacknowledgedSpans >= maxBufferedSpans) {
        dropped++;
        return reportFull();
      }
      ended.push(span);
      if (ended.length >= maxBatchSpans) send();
      else schedule(span.parentId === undefined ? undefined : flushIntervalMs);
    },
    patched(patch) {
      const redacted = redactPatch(patch, redact?.patch, report);
      if (!redacted) return;
      if (patches.length >= maxBufferedSpans || unacknowledgedPatches >= maxBufferedSpans) {
        return reportFull();
      }
      patches.push(redacted);
      schedule(flushIntervalMs);
    },
    flush,
    async close() {
      const batch = takeBatch(true);
      if (batch) keep(batch);
      await flush();
      clearTimeout(timer);
      timer = undefined;
    },
    flushSync() {
      const batch = takeBatch(true);
      if (!store.writeSync || !batch || (unacknowledged.size === 0 && isEmpty(batch))) return;
      for (const waiting of unacknowledged) if (!inFlight.has(waiting)) store.writeSync(waiting);
      store.writeSync(batch);
    },
    saveSync() {
      send();
      if (unacknowledged.size === 0) return;
      // Empty, because with any batch the store keeps all that it has not acknowledged.
      const nothing = { spans: [], patches: [], origins: { resources: {}, scopes: {} } };
      store.writeSync?.({ id: newBatchId(), recorderId, ...nothing });
    },
    hasPending: () => ended.length + patches.length + unwrittenOpen.size + unacknowledged.size > 0,
    stats: () => ({
      recorded,
      written,
      buffered: ended.length + unacknowledgedSpans,
      dropped,
      ...(lastError !== undefined && { lastError }),
    }),
  };
}

function isEmpty(batch: Batch): boolean {
  return batch.spans.length === 0 && batch.patches.length === 0;
}

function endedCount(batch: Batch): number {
  let count = 0;
  for (const { digest } of batch.spans) count += Number(digest.endTimeUnixNano !== undefined);
  return count;
}

function unref(timer: unknown): void {
  if (typeof timer === "object" && timer !== null) (timer as { unref?: () => void }).unref?.();
}
