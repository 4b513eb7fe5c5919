/** Who is active: the span that a new span takes as its parent, or whatever else holds for a stretch of the program. */
export interface ContextManager<Active> {
  active(): Active | undefined;
  /** Runs `fn` with `value` active, in it and in what it awaits as far as the platform can follow; undefined is nothing. */
  run<Result>(value: Active | undefined, fn: () => Result): Result;
}
