/**
 * Keeps what is active: the span that becomes the parent of new ones, or anything else that holds for a stretch of the
 * program.
 */
export interface ContextManager<Active> {
  active(): Active | undefined;
  /**
   * Runs `fn` with `value` active, also in what it awaits as far as the platform can follow; undefined means nothing is
   * active. If there is `awaits`, a plain promise that `fn` returns is replaced by a carried one: after its `await` the
   * context is the awaiter's. The same promise always gets the same carried one, which settles one microtask later.
   */
  run<Args extends unknown[], Result>(
    value: Active | undefined,
    fn: (...args: Args) => Result,
    ...args: Args
  ): Result;
  /** Only if the platform itself does not follow awaits. */
  readonly awaits?: AwaitContext | undefined;
}

/** What a recorder has to do itself if the platform does not follow awaits. */
export interface AwaitContext {
  /** Whether `active` can be trusted for the running code. False after an await of something that is not carried. */
  isKnown(): boolean;
  /** Marks nothing as active for the rest of the running job, for a caller who knows that nothing can be. */
  knowNothing(): void;
  /** The carried form of a plain promise, as `run` returns it; anything else as it is. */
  carry<Value>(value: Value): Value;
  /**
   * Makes a promise of a subclass or of another realm, or any other thenable, restore the awaiter's context after its
   * `await`. It stays the same object.
   */
  carryInPlace(thenable: object): void;
  /**
   * Reports how a carried promise settled, before its awaiters learn of it. This does not count as handling a
   * rejection.
   */
  observe(
    promise: PromiseLike<unknown>,
    onValue: (value: unknown) => void,
    onError: (error: unknown) => void,
  ): void;
  /** Whether this is a carried promise, such as `run` returns. */
  isCarried(value: unknown): value is PromiseLike<unknown>;
  /** Makes the platform's own functions return carried promises (see platform-functions.ts), until called with false. */
  carryPlatform(isOn: boolean): void;
}
