/** Collects the elements of a stream into the span's outputs and events. */
import { messageOf } from "./careful-json.js";
import type { LiveSpan } from "./live-span.js";
import type { CallOptions } from "./call-options.js";
import { addChunkEvent } from "./chunk-events.js";
import { isThenable, tap } from "./thenable.js";

export interface Collector {
  /** Another call returned the same stream, such as one that passes on another's answer: its span ends with the stream. */
  join(span: LiveSpan, options: CallOptions): void;
  hasStarted(): boolean;
  start(): LiveSpan;
  /** Runs `fn` with the span active. If it throws, the span ends. */
  run<Result>(fn: () => Result): Result;
  /**
   * The same for a call that returns an iterator result or a promise of one: an element is kept; the end, or a
   * rejection, ends the span.
   */
  step(advance: () => unknown): unknown;
  /** The reader stops before the end. */
  leave(): void;
  /** There is no more to read. */
  finish(): void;
  /** Reading has failed. */
  fail(error: unknown): void;
}

/** About what it costs to keep an element, besides its length, in characters. */
const chunkOverhead = 64;

export function createCollector(begin: () => LiveSpan, options: CallOptions, stream: object): Collector {
  const { describe, elementOf, isBrokenOff } = options;
  const chunks: never[] = [];
  // An SDK's stream states its tokens, and why it ended, in its last elements.
  const tail: never[] = [];
  const maxTail = describe ? 8 : 0;
  const joined: { readonly span: LiveSpan; readonly options: CallOptions }[] = [];
  let span: LiveSpan | undefined;
  let failure: { readonly error: unknown } | undefined;
  let isLeft = false;
  let isOver = false;
  let count = 0;
  let roomCharacters = 0;

  function start(): LiveSpan {
    if (!span) {
      span = begin();
      roomCharacters = span.traceScope.recorder.limits.maxValueCharacters;
    }
    return span;
  }

  function keep(value: unknown): void {
    addChunkEvent(start(), count, value);
    count++;
    roomCharacters -= lengthOf(value) + chunkOverhead;
    // Beyond the limit of a value, elements are no longer kept in memory for the recording.
    if (roomCharacters > 0) chunks.push(value as never);
    else if (tail.push(value as never) > maxTail) tail.shift();
  }

  function finish(): void {
    const open = start();
    if (!open.isEnded) {
      if (isBrokenOff?.(stream)) leave();
      open.end(open.outputs === undefined ? { outputs: reduce(open, options) } : {});
    }
    endJoined();
  }

  function leave(): void {
    isLeft ||= !start().isEnded;
    start().setAttribute("spanbook.stream", "left");
  }

  function fail(error: unknown): void {
    const open = start();
    if (count > 0 && open.outputs === undefined) open.setOutputs(reduce(open, options));
    open.recordException(error).end();
    failure = { error };
    endJoined();
  }

  /** Without a reducer of their own, they get the first call's outputs. */
  function endJoined(): void {
    isOver = true;
    for (const { span: open, options: own } of joined.splice(0)) {
      if (open.outputs === undefined) {
        open.setOutputs(own.outputReducer ? reduce(open, own) : described(open, start().outputs, own));
      }
      if (isLeft) open.setAttribute("spanbook.stream", "left");
      if (failure) open.recordException(failure.error);
      open.end();
    }
  }

  // The reducer is the user's code: if it throws, the outputs are the elements themselves, and an event says why.
  function reduce(open: LiveSpan, own: CallOptions): unknown {
    const { outputReducer } = own;
    chunks.push(...tail.splice(0));
    if (chunks.length < count) open.setAttribute("spanbook.dropped_chunks", count - chunks.length);
    if (!outputReducer) return described(open, chunks, own);
    try {
      return described(open, outputReducer(chunks), own);
    } catch (error) {
      open.addEvent({ name: "spanbook.output_reducer_failed", attributes: { message: messageOf(error) } });
      return chunks;
    }
  }

  function described(open: LiveSpan, outputs: unknown, own: CallOptions): unknown {
    return own.describe ? own.describe(open, outputs) : outputs;
  }

  function take(result: unknown): void {
    try {
      const { done, value } = result as IteratorResult<unknown>;
      if (done) finish();
      else keep(elementOf ? elementOf(value) : value);
    } catch (error) {
      start().traceScope.recorder.onError(error);
    }
  }

  function run<Result>(fn: () => Result): Result {
    try {
      return start().run(fn);
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  return {
    join(other, own) {
      joined.push({ span: other, options: own });
      if (isOver) endJoined();
    },
    hasStarted: () => span !== undefined,
    start,
    run,
    leave,
    finish,
    fail,
    step(advance) {
      const result = run(advance);
      if (isThenable(result)) return tap(result, take, fail);
      take(result);
      return result;
    },
  };
}

function lengthOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
}
