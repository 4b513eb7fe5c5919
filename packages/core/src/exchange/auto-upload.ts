import type { TraceInfo } from "../model/trace.js";
import { setBackgroundTimer } from "../store/background-timer.js";
import type { TraceStore } from "../store/contract.js";
import { uploadTraces, type UploadOptions } from "./upload-otlp.js";
import type { UploadResult } from "./upload-result.js";
import { hasEndpoint, toUploadTarget } from "./upload-target.js";

export interface AutoUploadOptions extends Omit<UploadOptions, "dryRun" | "signal" | "onProgress"> {
  /** How long to wait between two looks for changes; milliseconds from 1, default 5,000. */
  readonly intervalMs?: number | undefined;
  /** Called with a failure, once until an upload succeeds again, and with what a server refused. */
  readonly onError?: ((error: Error) => void) | undefined;
  /** Called after each look for changes that sent something. */
  readonly onUpload?: ((result: UploadResult) => void) | undefined;
}

export interface AutoUpload {
  /** Sends what has changed now, as before an exit. Resolves after one attempt, whether or not it succeeded. */
  flush(): Promise<void>;
  /** Stops uploading: what is on its way is given up, and is sent when an upload is started again. */
  stop(): Promise<void>;
}

const tracesPerLook = 500;
const longestDelayMs = 300_000;

/**
 * Uploads a store's traces while they are recorded, as {@link uploadOtlp} does: each span at most once, after it has ended,
 * including those already in the store. It polls for changed traces, waits longer after each failure, up to five minutes, and
 * does nothing while the platform reports no network. It does not keep the process alive and never throws into the program:
 * failures go to `onError`. It ends when the store is closed. Without an endpoint, as an option or in OpenTelemetry's
 * environment variables, it does nothing, so a program can always call it and leave the choice to its environment.
 *
 * Throws TypeError or RangeError at once for bad options.
 */
export function autoUpload(store: TraceStore, options: AutoUploadOptions = {}): AutoUpload {
  const { intervalMs = 5000, onError, onUpload, onWarning, maxAttempts = 2, ...upload } = options;
  if (!(intervalMs >= 1)) throw new RangeError(`intervalMs must be a number from 1, got ${intervalMs}`);
  if (!hasEndpoint(options)) return { flush: () => Promise.resolve(), stop: () => Promise.resolve() };
  const { endpoint } = toUploadTarget(options);

  const controller = new AbortController();
  const { signal } = controller;
  let revision = 0;
  let delayMs = intervalMs;
  let hasFailed = false;
  let hasWarned = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;

  function report(error: Error): void {
    try {
      onError?.(error);
    } catch {
      // A listener must not disturb the program either.
    }
  }

  function warnOnce(message: string): void {
    if (!hasWarned) onWarning?.(message);
    hasWarned = true;
  }

  async function sendChanges(): Promise<void> {
    for (let hasMore = true; hasMore;) {
      const found = await store.changes(revision, tracesPerLook);
      const traceIds = found.changes.filter(({ deleted }) => !deleted).map(({ traceId }) => traceId);
      if (traceIds.length > 0) {
        const result = await uploadTraces(store, () => infosOf(store, traceIds), {
          ...upload,
          maxAttempts,
          signal,
          onWarning: warnOnce,
        });
        if (result.requests > 0) onUpload?.(result);
        if (result.rejected > 0) {
          report(new Error(`the server refused ${result.rejected} spans: ${result.messages.join("; ")}`));
        }
      }
      // Only now, so that what failed is looked for again.
      revision = found.revision;
      hasMore = found.hasMore;
    }
  }

  async function look(): Promise<void> {
    try {
      if (isOffline()) return;
      await exclusively(`spanbook.upload ${endpoint}`, sendChanges);
      delayMs = intervalMs;
      hasFailed = false;
    } catch (error) {
      if (signal.aborted) return;
      if ((error as Error).name === "StoreClosedError") {
        controller.abort();
        return;
      }
      delayMs = Math.min(delayMs * 2, longestDelayMs);
      if (!hasFailed) report(error as Error);
      hasFailed = true;
    }
  }

  /** Runs one look at a time, and schedules the next. */
  function run(): Promise<void> {
    clearTimeout(timer);
    running ??= look().finally(() => {
      running = undefined;
      if (!signal.aborted) schedule();
    });
    return running;
  }

  function schedule(): void {
    timer = setBackgroundTimer(() => void run(), delayMs);
  }

  schedule();
  return {
    async flush() {
      await running;
      if (!signal.aborted) await run();
    },
    async stop() {
      controller.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

async function* infosOf(store: TraceStore, traceIds: readonly string[]): AsyncGenerator<TraceInfo> {
  for (const traceId of traceIds) {
    const trace = await store.get(traceId, { include: "digests", maxSpans: 1 });
    if (trace) yield trace.info; // otherwise it was deleted meanwhile
  }
}

interface Locks {
  request(name: string, run: () => Promise<void>): Promise<void>;
}

/** Two tabs may upload from one store: they take turns, so that the second finds what the first has noted. */
function exclusively(name: string, run: () => Promise<void>): Promise<void> {
  const { locks } = (globalThis as { navigator?: { locks?: Locks } }).navigator ?? {};
  return locks ? locks.request(name, run) : run();
}

function isOffline(): boolean {
  return (globalThis as { navigator?: { onLine?: boolean } }).navigator?.onLine === false;
}
