/** Who is active: the span that a new span takes as its parent. */
export interface ContextManager<Active> {
  active(): Active | undefined;
  /** Runs `fn` with `value` active, in it and in what it awaits as far as the platform can follow. */
  run<Result>(value: Active, fn: () => Result): Result;
}
