/** Who is active: the span that a new span takes as its parent, or whatever else holds for a stretch of the program. */
export interface ContextManager<Active> {
  active(): Active | undefined;
  /**
   * Runs `fn` with `value` active, in it and in what it awaits as far as the platform can follow; undefined is nothing.
   * Where `awaits` is there, a plain promise that `fn` gives back is replaced by one that is carried: after its `await` the
   * context is that of whoever awaits. It is always the same for the same promise, and settles one microtask later.
   */
  run<Args extends unknown[], Result>(
    value: Active | undefined,
    fn: (...args: Args) => Result,
    ...args: Args
  ): Result;
  /** Only where the platform itself does not follow awaits. */
  readonly awaits?: AwaitContext | undefined;
}

/** What a recorder has to do, and may not rely on, where the platform does not follow awaits. */
export interface AwaitContext {
  /** Whether `active` speaks for the running code. False after an await of something that nobody carries. */
  isKnown(): boolean;
  /** Nothing is active in what is left of the running job: the caller knows, because nothing could be. */
  knowNothing(): void;
  /** A plain promise, as `run` gives it; all else as it is. */
  carry<Value>(value: Value): Value;
  /**
   * Makes a promise of a subclass or of another realm, or another thenable, such that the context after its `await` is that
   * of whoever awaits. It stays the very object.
   */
  carryInPlace(thenable: object): void;
  /** Reports how a carried promise settled, before those who await it learn of it. This does not count as handling a rejection. */
  observe(
    promise: PromiseLike<unknown>,
    onValue: (value: unknown) => void,
    onError: (error: unknown) => void,
  ): void;
  /** Whether `run` gave this promise. */
  isCarried(value: unknown): value is PromiseLike<unknown>;
  /** Has the platform's own functions give such promises (see platform-functions.ts), until called with false. */
  carryPlatform(isOn: boolean): void;
}
