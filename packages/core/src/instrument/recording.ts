import { toRecord } from "../model/json.js";
import { findCallRecorder, startSpan } from "../record/default-tracing.js";
import type { FindRecorder } from "../record/trace-function.js";
import type { Tracing } from "../record/tracing.js";

/** Where the calls of an SDK are recorded. */
export interface AutoTracingOptions {
  /** Default: the recorder that `init` made, at the time of each call. */
  readonly tracing?: Tracing | undefined;
}

/** Finds what calls are recorded by now. */
export function recorderFinder({ tracing }: AutoTracingOptions): FindRecorder {
  return tracing ? () => tracing.calls : findCallRecorder;
}

/** What starts spans now; those of a recorder that is off, or not there yet, keep nothing. */
export function spanStarter({ tracing }: AutoTracingOptions): Tracing["startSpan"] {
  return tracing?.startSpan ?? startSpan;
}

type Event = Readonly<Record<string, unknown>>;

/**
 * The listeners that an SDK is handed, none of which throws into it. What one throws, because the SDK's events are not as they
 * were, goes to `onError`, told once.
 */
export function guarded<Name extends string>(
  sdk: string,
  findRecorder: FindRecorder,
  listeners: Readonly<Record<Name, (event: Event) => void>>,
): Record<Name, (event: unknown) => void> {
  const guard = (name: Name) => (event: unknown) => {
    try {
      listeners[name](toRecord(event));
    } catch (cause) {
      findRecorder()?.onError(new Error(`${sdk} called ${name} with what is not known here`, { cause }));
    }
  };
  const names = Object.keys(listeners) as Name[];
  return Object.fromEntries(names.map((name) => [name, guard(name)])) as ReturnType<typeof guarded<Name>>;
}
