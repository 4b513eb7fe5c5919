import type { TraceReader } from "../reading/source.js";

/** What a slice of the model works with: the source, the clock, and its part of the explorer's state. */
export interface SliceContext<State> {
  readonly reader: TraceReader;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  readonly state: () => State;
  /** Sets fields, or removes those that are undefined. */
  readonly set: (fields: { readonly [Key in keyof State]?: State[Key] | undefined }) => void;
}
