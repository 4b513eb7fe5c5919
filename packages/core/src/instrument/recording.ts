import type { RecorderBridge } from "../record/bridge.js";
import { currentTracing, findCallRecorder, startSpan } from "../record/default-tracing.js";
import type { FindRecorder } from "../record/trace-function.js";
import type { Tracing } from "../record/tracing.js";
import type { ReportMismatch } from "./mismatch.js";

/** Which recorder the calls of an SDK go to. */
export interface AutoTracingOptions {
  /** Default: the recorder that `init` made, looked up at each call. */
  readonly tracing?: Tracing | undefined;
}

/** A function that finds, at each call, what records it. */
export function recorderFinder({ tracing }: AutoTracingOptions): FindRecorder {
  return tracing ? () => tracing.bridge.calls : findCallRecorder;
}

/** The recorder at the time of the call; undefined before `init`. */
export function findTracing({ tracing }: AutoTracingOptions): Tracing | undefined {
  return tracing ?? currentTracing();
}

/** The recorder's `startSpan`; while the recorder is disabled or missing, its spans record nothing. */
export function spanStarter({ tracing }: AutoTracingOptions): Tracing["startSpan"] {
  return tracing?.startSpan ?? startSpan;
}

/** A function that finds the recorder's bridge at each call. */
export function bridgeFinder({ tracing }: AutoTracingOptions): () => RecorderBridge | undefined {
  return () => findTracing({ tracing })?.bridge;
}

type Listener = (...args: never[]) => void;

/**
 * Wraps listeners so that none throws into an SDK. What one throws, because the SDK's events have changed, is reported.
 */
export function guardListeners<Listeners extends Record<string, Listener>>(
  report: ReportMismatch,
  listeners: Listeners,
): Listeners {
  const guarded = Object.entries(listeners).map(([name, listener]) => [
    name,
    (...args: never[]) => {
      try {
        listener(...args);
      } catch (cause) {
        report(`it called ${name} with something unexpected`, cause);
      }
    },
  ]);
  return Object.fromEntries(guarded) as Listeners;
}
