import { findCallRecorder } from "../record/default-tracing.js";
import type { FindRecorder } from "../record/trace-function.js";
import type { Tracing } from "../record/tracing.js";

/** Where the calls of an SDK are recorded. */
export interface AutoTracingOptions {
  /** Default: the recorder that `init` made, at the time of each call. */
  readonly tracing?: Tracing | undefined;
}

export function recorderFinder({ tracing }: AutoTracingOptions): FindRecorder {
  return tracing ? () => tracing.calls : findCallRecorder;
}
