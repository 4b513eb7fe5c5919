/**
 * Follows what a traced call gives back until it has settled, and ends the span then: a promise or another thenable, a
 * generator, an async generator, or a plain value.
 */
import type { LiveSpan } from "./live-span.js";

export interface FollowOptions {
  /** Folds the elements of a stream into the span's outputs; without it they are the outputs. */
  readonly outputReducer?: ((chunks: readonly never[]) => unknown) | undefined;
}

const maxChunkEvents = 100;

/** Calls `fn` with the span active and gives back what it gave, or throws what it threw. */
export function callAndFollow<Result>(span: LiveSpan, fn: () => Result, options: FollowOptions): Result {
  let result: Result;
  try {
    result = span.run(fn);
  } catch (error) {
    fail(span, error);
    throw error;
  }
  if (isThenable(result)) return followThenable(span, result) as Result;
  if (isAsyncGenerator(result)) return followAsyncGenerator(span, result, options) as Result;
  if (isGenerator(result)) return followGenerator(span, result, options) as Result;
  succeed(span, result);
  return result;
}

function succeed(span: LiveSpan, outputs: unknown): void {
  span.end(span.outputs === undefined ? { outputs } : {});
}

function fail(span: LiveSpan, error: unknown): void {
  span.recordException(error);
  span.end();
}

function followThenable(span: LiveSpan, promise: PromiseLike<unknown>): PromiseLike<unknown> {
  return promise.then(
    (value) => {
      succeed(span, value);
      return value;
    },
    (error: unknown) => {
      fail(span, error);
      throw error;
    },
  );
}

function followGenerator(
  span: LiveSpan,
  source: Generator<unknown, unknown, unknown>,
  options: FollowOptions,
): Generator<unknown, unknown, unknown> {
  const collector = createCollector(span, options);
  function step(advance: () => IteratorResult<unknown, unknown>): IteratorResult<unknown, unknown> {
    try {
      return collector.take(span.run(advance));
    } catch (error) {
      collector.fail(error);
      throw error;
    }
  }
  return withMethods(source, {
    next: (value: unknown) => step(() => source.next(value)),
    return: (value: unknown) => step(() => source.return(value)),
    throw: (error: unknown) => step(() => source.throw(error)),
  });
}

function followAsyncGenerator(
  span: LiveSpan,
  source: AsyncGenerator<unknown, unknown, unknown>,
  options: FollowOptions,
): AsyncGenerator<unknown, unknown, unknown> {
  const collector = createCollector(span, options);
  async function step(
    advance: () => Promise<IteratorResult<unknown, unknown>>,
  ): Promise<IteratorResult<unknown, unknown>> {
    try {
      return collector.take(await span.run(advance));
    } catch (error) {
      collector.fail(error);
      throw error;
    }
  }
  return withMethods(source, {
    next: (value: unknown) => step(() => source.next(value)),
    return: (value: unknown) => step(() => source.return(value)),
    throw: (error: unknown) => step(() => source.throw(error)),
  });
}

// The caller's generator with three methods in front: everything else it has stays reachable through its prototype.
function withMethods<Source extends object>(source: Source, methods: Partial<Source>): Source {
  return Object.assign(Object.create(source) as Source, methods);
}

function createCollector(span: LiveSpan, { outputReducer }: FollowOptions) {
  const chunks: unknown[] = [];
  return {
    take(result: IteratorResult<unknown, unknown>): IteratorResult<unknown, unknown> {
      if (result.done) {
        succeed(span, reduce(span, chunks, outputReducer));
      } else {
        if (chunks.length < maxChunkEvents) addChunkEvent(span, chunks.length, result.value);
        chunks.push(result.value);
      }
      return result;
    },
    fail(error: unknown): void {
      if (chunks.length > 0 && span.outputs === undefined) {
        span.setOutputs(reduce(span, chunks, outputReducer));
      }
      fail(span, error);
    },
  };
}

function addChunkEvent(span: LiveSpan, index: number, value: unknown): void {
  span.addEvent({ name: `mlflow.chunk.item.${index}`, attributes: { "mlflow.chunk.value": value } });
}

// The reducer is the user's: if it throws, the chunks themselves are the outputs and the span says why.
function reduce(
  span: LiveSpan,
  chunks: readonly unknown[],
  reducer: FollowOptions["outputReducer"],
): unknown {
  if (!reducer) return chunks;
  try {
    return reducer(chunks as readonly never[]);
  } catch (error) {
    span.addEvent({ name: "spanbook.output_reducer_failed", attributes: { message: String(error) } });
    return chunks;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObjectLike(value) && typeof (value as { then?: unknown }).then === "function";
}

function isAsyncGenerator(value: unknown): value is AsyncGenerator<unknown, unknown, unknown> {
  return (
    isIterator(value) &&
    typeof (value as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] === "function"
  );
}

function isGenerator(value: unknown): value is Generator<unknown, unknown, unknown> {
  return (
    isIterator(value) && typeof (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] === "function"
  );
}

function isIterator(value: unknown): boolean {
  if (!isObjectLike(value)) return false;
  const { next, return: end, throw: fail } = value as Record<string, unknown>;
  return typeof next === "function" && typeof end === "function" && typeof fail === "function";
}

function isObjectLike(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
