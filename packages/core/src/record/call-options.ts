import type { LiveSpan } from "./live-span.js";
import type { FollowOptions } from "./options.js";

/** What auto tracing knows about a call to an SDK. */
export interface CallOptions extends FollowOptions {
  /**
   * Sees the outputs right before the span ends, including those of a stream that failed midway; returns what to record
   * instead.
   */
  readonly describe?: (span: LiveSpan, outputs: unknown) => unknown;
  /** Whether the program broke off a stream that has ended: some SDKs then end it as if it were complete. */
  readonly isBrokenOff?: (stream: object) => boolean;
  /** Returns what to keep instead of an element of a stream. */
  readonly elementOf?: (element: unknown) => unknown;
  /**
   * Called with what the call returned or resolved with. True if somebody else will end the span later; then nothing of
   * the value is recorded.
   */
  readonly takeOver?: (span: LiveSpan, value: unknown) => boolean;
  /** For a call that returns neither a promise nor a stream, such as an event emitter: returns a promise of its outcome. */
  readonly outcomeOf?: (result: object) => PromiseLike<unknown> | undefined;
  /** Methods of a thenable besides `then` that return a promise of the call's outcome. The first one called is followed. */
  readonly outcomeMethods?: readonly string[];
  /** Methods of a thenable that return another thenable to use instead. */
  readonly successorMethods?: readonly string[];
}
