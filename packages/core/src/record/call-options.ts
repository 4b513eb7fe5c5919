import type { LiveSpan } from "./live-span.js";
import type { FollowOptions } from "./options.js";

/** What is known of a call to an SDK. */
export interface CallOptions extends FollowOptions {
  /**
   * Sees the outputs right before the span ends with them, also what came of a stream that failed; returns what to keep in
   * their place.
   */
  readonly describe?: (span: LiveSpan, outputs: unknown) => unknown;
  /** Whether a stream that came to its end was broken off by the program: some SDKs end it as if it were complete. */
  readonly isBrokenOff?: (stream: object) => boolean;
  /** What is kept of an element of a stream, in its place. */
  readonly elementOf?: (element: unknown) => unknown;
  /**
   * Called with what the call returned or resolved with: true where somebody else ends the span, later. Then nothing of the
   * value is recorded.
   */
  readonly takeOver?: (span: LiveSpan, value: unknown) => boolean;
  /** Returns a promise of the outcome of a call that returns neither that nor a stream, such as an emitter of events. */
  readonly outcomeOf?: (result: object) => PromiseLike<unknown> | undefined;
  /** Methods of a thenable beside `then` that return a promise of the call's outcome. The first one called is followed. */
  readonly outcomeMethods?: readonly string[];
  /** Methods of a thenable that return another one in its place. */
  readonly successorMethods?: readonly string[];
}
