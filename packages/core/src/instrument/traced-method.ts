import { toRecord } from "../model/json.js";
import type { CallOptions } from "../record/call-options.js";
import type { LiveSpan } from "../record/live-span.js";
import type { FindRecorder } from "../record/trace-function.js";
import { isResponse } from "./is-response.js";
import { mismatchReporter, type ReportMismatch } from "./mismatch.js";
import { replaceMethod, type Method } from "./replace-method.js";

/** What is recorded for the calls of an SDK's method. */
export interface MethodTrace extends CallOptions {
  /** The span's name. */
  readonly name: string;
  readonly spanType: string;
  /** Whether a missing method is reported. */
  readonly isExpected?: boolean;
  /** An answer with none of these fields is reported. */
  readonly answerFields?: readonly string[];
  /** What one call records, read from its arguments and its object. Its options override the method's. */
  readonly describeCall: (args: readonly unknown[], self: unknown) => MethodCall;
  /** A method of the same object that calls this one: if that is traced, this one records nothing. */
  readonly calledBy?: string | undefined;
}

/** What the span of one call starts with, and how it is followed. */
export interface MethodCall extends CallOptions {
  /** Replaces the method's name. */
  readonly name?: string;
  readonly inputs: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Called with the span before the call; may return arguments to use instead of the caller's. */
  readonly prepare?: (span: LiveSpan) => readonly unknown[] | void;
}

// Kept on the method itself, so that two copies of Spanbook on a page recognise each other's.
const originalKey = Symbol.for("spanbook.original");

/**
 * Replaces the owner's method by a traced one, see {@link replaceMethod}. One that is already traced is not traced
 * twice. If the SDK turns out to differ from what is expected here, that is reported, and its calls go on.
 */
export function traceMethod(
  owner: object,
  methodName: string,
  trace: MethodTrace,
  findRecorder: FindRecorder,
): (() => void) | undefined {
  const report = mismatchReporter(trace.name, findRecorder);

  function recordCall(
    args: readonly unknown[],
    self: unknown,
    call: (args: readonly unknown[]) => unknown,
  ): unknown {
    const recorder = findRecorder();
    const decision = recorder?.decide(undefined);
    if (!recorder || !decision) return call(args);
    if (decision.unsampled) return decision.unsampled.runBeside(decision.active, call, args);
    let span: LiveSpan | undefined;
    let given = args;
    let options: CallOptions;
    try {
      const { inputs, attributes, name = trace.name, prepare, ...own } = trace.describeCall(args, self);
      options = { ...trace, ...own };
      span = recorder.begin({ name, spanType: trace.spanType, attributes }, decision, inputs);
      given = prepare?.(span) ?? args;
    } catch (cause) {
      report("it was called with something unexpected", cause);
      span ??= recorder.begin({ name: trace.name, spanType: trace.spanType }, decision, args);
      options = trace;
    }
    return recorder.follower.call(span, () => call(given), guarded(options, trace.answerFields, report));
  }

  const undo = replaceMethod(
    owner,
    methodName,
    (method) =>
      new Proxy(originalOf(method) ?? method, {
        apply(target, self: unknown, args: readonly unknown[]) {
          const call = (given: readonly unknown[]): unknown => Reflect.apply(target, self, given);
          const isRecordedAlready =
            trace.calledBy !== undefined && originalOf(methodOf(self, trace.calledBy));
          return isRecordedAlready ? call(args) : recordCall(args, self, call);
        },
        get: (target, key) => (key === originalKey ? target : (Reflect.get(target, key) as unknown)),
      }),
  );
  if (!undo && trace.isExpected) {
    report("there is no such method, or it cannot be replaced: its calls are not recorded");
  }
  return undo;
}

/** The method that a traced method calls; undefined if it is not traced. */
function originalOf(method: unknown): Method | undefined {
  return (method as Readonly<Record<symbol, Method>> | undefined)?.[originalKey];
}

function methodOf(owner: unknown, name: string): unknown {
  return (owner as Readonly<Record<string, unknown>> | undefined)?.[name];
}

/** The options with readers that never throw: an answer that cannot be read is recorded as it is. */
function guarded(
  { describe = (_span, outputs) => outputs, outputReducer, ...others }: CallOptions,
  answerFields: readonly string[] | undefined,
  report: ReportMismatch,
): CallOptions {
  // A stream may have been left before such a field arrived.
  let isFolded = false;
  return {
    ...others,
    ...(outputReducer && {
      outputReducer(parts: readonly never[]) {
        isFolded = true;
        return attempt(
          () => outputReducer(parts),
          parts,
          (cause) => report("its stream had unexpected parts", cause),
        );
      },
    }),
    describe(span, outputs) {
      const isWhole = !isFolded && !isResponse(outputs);
      if (isWhole && answerFields?.every((field) => !(field in toRecord(outputs)))) {
        report(`it answered without ${answerFields.join(" or ")}`);
      }
      return attempt(
        () => describe(span, outputs),
        outputs,
        (cause) => report("it answered with something unexpected", cause),
      );
    },
  };
}

function attempt(read: () => unknown, otherwise: unknown, onError: (cause: unknown) => void): unknown {
  try {
    return read();
  } catch (cause) {
    onError(cause);
    return otherwise;
  }
}
