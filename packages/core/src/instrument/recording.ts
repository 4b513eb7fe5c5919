import type { RecorderBridge } from "../record/bridge.js";
import { currentTracing, findCallRecorder, startSpan } from "../record/default-tracing.js";
import type { FindRecorder } from "../record/trace-function.js";
import type { Tracing } from "../record/tracing.js";
import type { TellChange } from "./changes.js";

/** Where the calls of an SDK are recorded. */
export interface AutoTracingOptions {
  /** Default: the recorder that `init` made, at the time of each call. */
  readonly tracing?: Tracing | undefined;
}

/** Finds what calls are recorded by now. */
export function recorderFinder({ tracing }: AutoTracingOptions): FindRecorder {
  return tracing ? () => tracing.bridge.calls : findCallRecorder;
}

/** By what is recorded now; undefined before `init`. */
export function findTracing({ tracing }: AutoTracingOptions): Tracing | undefined {
  return tracing ?? currentTracing();
}

/** What starts spans now; those of a recorder that is off, or not there yet, keep nothing. */
export function spanStarter({ tracing }: AutoTracingOptions): Tracing["startSpan"] {
  return tracing?.startSpan ?? startSpan;
}

/** Finds what else is asked of the recorder. */
export function bridgeFinder({ tracing }: AutoTracingOptions): () => RecorderBridge | undefined {
  return () => findTracing({ tracing })?.bridge;
}

type Listener = (...args: never[]) => void;

/**
 * Makes of listeners such as an SDK may be handed: none throws into it. What one throws, because the SDK's events are not as they
 * were, is told.
 */
export function reporting(tell: TellChange) {
  return <Listeners extends Record<string, Listener>>(listeners: Listeners): Listeners => {
    const guarded = Object.entries(listeners).map(([name, listener]) => [
      name,
      (...args: never[]) => {
        try {
          listener(...args);
        } catch (cause) {
          tell(`it called ${name} with something else`, cause);
        }
      },
    ]);
    return Object.fromEntries(guarded) as Listeners;
  };
}
