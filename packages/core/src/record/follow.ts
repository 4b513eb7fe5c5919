/**
 * Follows the result of a traced call until it has settled, and then ends the span. The caller gets the very object
 * that the function returned, with the methods that consume it watched in place, so that an SDK's promise or stream
 * keeps its own methods, private fields and identity. One exception: a plain promise is replaced by one derived from
 * it, because `await` calls no method on it; the same promise always gets the same derived one. If the context has to
 * be carried through awaits, the carried promise is returned instead.
 */
import type { AwaitContext } from "../context/context-manager.js";
import { createHiddenValues } from "../context/hidden-value.js";
import { isPlainPromise } from "../context/plain-promise.js";
import { MlflowKey } from "../model/dialects/mlflow.js";
import { hasMethod, isObjectLike } from "../model/objects.js";
import type { LiveSpan } from "./live-span.js";
import type { CallOptions } from "./call-options.js";
import type { FollowOptions } from "./options.js";
import { createEmitWatcher } from "./node-stream.js";
import { createCollector, type Collector } from "./stream-collector.js";
import { isReadableStream, watchReadableStream } from "./readable-stream.js";
import { isThenable, tap } from "./thenable.js";
import { watchMethods, type Method, type Watcher } from "./watch.js";

export interface Follower {
  /** Calls `fn` with the span active, and returns or throws what it does. */
  call<Result>(span: LiveSpan, fn: (span: LiveSpan) => Result, options: CallOptions): Result;
  /** For a generator that has not run yet: its span begins when the first element is requested. */
  begin<Result>(generator: Result, startSpan: () => LiveSpan, options: FollowOptions): Result;
}

/** `awaits` belongs to the context in which the calls run. */
export function createFollower(awaits?: AwaitContext): Follower {
  const derivedPromises = createHiddenValues<PromiseLike<unknown>>();
  const watched = new WeakMap<object, LiveSpan[]>();
  const collectors = new WeakMap<object, Collector>();
  // A stream that is dropped unread never ends by itself.
  const dropped = new FinalizationRegistry<LiveSpan>((span) =>
    span.setAttribute("spanbook.stream", "dropped").end(),
  );

  /** Returns what the caller gets instead of the result. */
  function follow<Result>(span: LiveSpan, result: Result, options: CallOptions): unknown {
    const outcome = isObjectLike(result) ? options.outcomeOf?.(result) : undefined;
    if (outcome || awaits?.isCarried(result) || isThenable(result)) {
      return followLater(span, result, options, outcome);
    }
    followValue(span, result, options);
    return result;
  }

  /** The same for a result with an outcome to wait for: `outcome`, or its own. */
  function followLater(
    span: LiveSpan,
    result: unknown,
    options: CallOptions,
    outcome?: PromiseLike<unknown>,
  ): unknown {
    const onValue = (value: unknown) => followValue(span, value, options);
    const onError = (error: unknown) => fail(span, error);
    if (outcome) outcome.then(onValue, onError);
    else if (awaits?.isCarried(result)) awaits.observe(result, onValue, onError);
    else if (isPlainPromise(result)) return followPromise(result, onValue, onError);
    else if (isThenable(result) && !watchThenable(span, result, options)) span.end();
    return result;
  }

  function followValue(span: LiveSpan, value: unknown, options: CallOptions): void {
    try {
      if (options.takeOver?.(span, value)) return;
      if (isObjectLike(value) && watchStream(value, () => span, options, span)) return;
    } catch (error) {
      // A hostile value, such as a proxy whose traps throw: the caller gets it, untouched.
      span.traceScope.recorder.onError(error);
    }
    succeed(span, value, options);
  }

  function followPromise(
    promise: PromiseLike<unknown>,
    onValue: (value: unknown) => void,
    onError: (error: unknown) => void,
  ): PromiseLike<unknown> {
    const known = derivedPromises.get(promise);
    if (known) {
      promise.then(onValue, onError);
      return known;
    }
    const derived = tap(promise, onValue, onError);
    derivedPromises.set(promise, derived);
    return derived;
  }

  /** A thenable that may be lazy: watched, and asked for its value only when the caller asks. */
  function watchThenable(
    span: LiveSpan,
    thenable: PromiseLike<unknown>,
    options: CallOptions,
    spans = [span],
  ): boolean {
    const waiting = watched.get(thenable);
    if (waiting) return waiting.push(span) > 0;
    const settle = (end: (span: LiveSpan) => void) => spans.splice(0).forEach(end);
    const { context } = span.traceScope.recorder;

    const succeeded = (value: unknown) => settle((ended) => followValue(ended, value, options));
    const failed = (error: unknown) => settle((ended) => fail(ended, error));
    const { outcomeMethods = [], successorMethods = [] } = options;
    let isAsked = false;

    const isWatched = watchMethods(thenable, {
      ...watcherOfEach(outcomeMethods, (method, args) => {
        const outcome = method(...args) as PromiseLike<unknown>;
        if (awaits) {
          if (!isAsked) outcome.then(succeeded, failed);
          isAsked = true;
          return awaits.carry(outcome);
        }
        if (isAsked) return derivedPromises.get(outcome) ?? outcome;
        isAsked = true;
        // Derived, so that an unhandled error stays unhandled.
        return followPromise(outcome, succeeded, failed);
      }),
      ...watcherOfEach(successorMethods, (method, args) => {
        const successor = method(...args) as PromiseLike<unknown>;
        watchThenable(span, successor, options, spans);
        return successor;
      }),
      then: (then, [onValue, onError]) => {
        const around = context.active();
        const outside = (listener: unknown, value: unknown): unknown =>
          context.run(around, () => (listener as (value: unknown) => unknown)(value));
        const callThen = () =>
          then(
            (value: unknown) => {
              succeeded(value);
              return typeof onValue === "function" ? outside(onValue, value) : value;
            },
            (error: unknown) => {
              failed(error);
              if (typeof onError === "function") return outside(onError, error);
              throw error;
            },
          );
        try {
          // What a lazy thenable starts now belongs to the call that made it.
          return spans[0] ? spans[0].run(callThen) : callThen();
        } catch (error) {
          failed(error);
          throw error;
        }
      },
    });
    if (isWatched) {
      awaits?.carryInPlace(thenable);
      watched.set(thenable, spans);
      dropped.register(thenable, span);
    }
    return isWatched;
  }

  function watchStream(
    source: object,
    begin: () => LiveSpan,
    options: CallOptions,
    running?: LiveSpan,
  ): boolean {
    if (!isStream(source)) return false;
    const known = collectors.get(source);
    if (known) {
      if (!running) return false;
      known.join(running, options);
      dropped.register(source, running);
      return true;
    }
    const collector = createCollector(begin, options, source);
    if (running) collector.start();
    const isWatched = isReadableStream(source)
      ? watchReadableStream(source, collector)
      : isGenerator(source)
        ? watchIterator(source, collector)
        : watchAsyncIterable(source, collector);
    if (!isWatched) return false;
    collectors.set(source, collector);
    if (running) dropped.register(source, running);
    return true;
  }

  return {
    call(span, fn, options) {
      let result;
      try {
        result = span.runBeside(span.traceScope.recorder.context.active(), fn, span);
      } catch (error) {
        fail(span, error);
        throw error;
      }
      try {
        return follow(span, result, options) as typeof result;
      } catch (error) {
        // A hostile result: the caller gets it, untouched.
        span.traceScope.recorder.onError(error);
        succeed(span, result, options);
        return result;
      }
    },
    begin(generator, startSpan, options) {
      if (isObjectLike(generator)) watchStream(generator, startSpan, options);
      return generator;
    },
  };
}

function succeed(span: LiveSpan, outputs: unknown, { describe }: CallOptions): void {
  if (span.getAttribute(MlflowKey.outputs) !== undefined) span.end();
  else span.end({ outputs: describe ? describe(span, outputs) : outputs });
}

function fail(span: LiveSpan, error: unknown): void {
  span.recordException(error);
  span.end();
}

function isStream(value: object): boolean {
  return hasMethod(value, Symbol.asyncIterator) || isReadableStream(value) || isGenerator(value);
}

function watchAsyncIterable(source: object, collector: Collector): boolean {
  let isTaken = false;
  const open = (method: Method, args: unknown[]) => {
    const iterator = collector.run(() => method(...args));
    // Only the first reading belongs to the call; when a source is read again, that is not recorded.
    if (!isTaken && isObjectLike(iterator)) isTaken = watchIterator(iterator, collector);
    return iterator;
  };
  return watchMethods(source, {
    [Symbol.asyncIterator]: open,
    // The streams of OpenAI's and Anthropic's SDKs read through this method of theirs when they are split.
    ...(hasMethod(source, "tee") && { iterator: open }),
    ...(hasMethod(source, "pipe") && { emit: createEmitWatcher(collector, () => isTaken) }),
  });
}

function watchIterator(iterator: object, collector: Collector): boolean {
  const advance = (method: Method, args: unknown[]) => collector.step(() => method(...args));
  // A generator that is left before it began has nothing to record.
  const leave = (method: Method, args: unknown[]) => {
    if (!collector.hasStarted()) return method(...args);
    collector.leave();
    return advance(method, args);
  };
  return watchMethods(iterator, { next: advance, return: leave, throw: leave });
}

function watcherOfEach(names: readonly string[], watcher: Watcher): Record<string, Watcher> {
  return Object.fromEntries(names.map((name) => [name, watcher]));
}

function isGenerator(value: object): boolean {
  return (
    hasMethod(value, "next") &&
    hasMethod(value, "return") &&
    hasMethod(value, "throw") &&
    (hasMethod(value, Symbol.iterator) || hasMethod(value, Symbol.asyncIterator))
  );
}
