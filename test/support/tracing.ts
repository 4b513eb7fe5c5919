/** A recorder with the test's own clock and ids, over a memory store. */
import { onTestFinished } from "vitest";
import { createTracing, type Tracing, type TracingOptions } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Span, Trace } from "@spanbook/core/model";
import type { TraceStore } from "@spanbook/core/store";
import { epochMs } from "./spans.js";

export interface RecordingWorld {
  readonly tracing: Tracing;
  readonly store: TraceStore;
  /** What was handed to `onError`, in order. */
  readonly errors: unknown[];
  /** Moves the clock. */
  advance(ms: number): void;
  /** Flushes, and gives the spans of the only trace, in order of start. */
  onlyTrace(): Promise<readonly Span[]>;
  /** Flushes, and gives all traces with their spans, oldest first. */
  allTraces(): Promise<readonly Trace[]>;
}

export function createRecordingWorld(options: Partial<TracingOptions> = {}): RecordingWorld {
  const store = options.store ?? createMemoryStore();
  const errors: unknown[] = [];
  let elapsedMs = 0;
  let poolByte = 0;
  const tracing = createTracing({
    onError: (error) => errors.push(error),
    time: { wallMs: () => epochMs + elapsedMs, monotonicMs: () => elapsedMs },
    fillRandom: (pool) => pool.forEach((_, index) => (pool[index] = index % 8 === 7 ? ++poolByte : 0)),
    ...options,
    store,
  });
  onTestFinished(() => {
    // Not awaited: a store that hangs would hold up the test.
    tracing.shutdown().catch(() => undefined);
  });
  async function allTraces(): Promise<readonly Trace[]> {
    await tracing.flush();
    return (await store.search({ includeSpans: true, orderBy: ["timestamp_ms ASC"] })).traces;
  }
  return {
    tracing,
    store,
    errors,
    advance: (ms) => (elapsedMs += ms),
    allTraces,
    async onlyTrace() {
      const [trace, ...others] = await allTraces();
      if (!trace || others.length > 0) {
        throw new Error(`expected one trace, got ${others.length + Number(Boolean(trace))}`);
      }
      return trace.data.spans;
    },
  };
}
