import type { CallOptions } from "../record/call-options.js";
import type { FindRecorder } from "../record/trace-function.js";
import { replaceMethod } from "./replace-method.js";

/** What the calls of an SDK's method record. */
export interface MethodTrace extends CallOptions {
  /** The span's. */
  readonly name: string;
  readonly spanType: string;
  /** What the span starts with, read from the call's arguments. */
  readonly describeCall: (args: readonly unknown[]) => {
    /** In place of the method's name. */
    readonly name?: string;
    readonly inputs: unknown;
    readonly attributes?: Readonly<Record<string, unknown>>;
  };
}

/** Puts a traced method in the place of the owner's: see {@link replaceMethod}. */
export function traceMethod(
  owner: object,
  methodName: string,
  trace: MethodTrace,
  findRecorder: FindRecorder,
): (() => void) | undefined {
  return replaceMethod(
    owner,
    methodName,
    (method) =>
      new Proxy(method, {
        apply: (target, self, args) =>
          recordCall(args, () => Reflect.apply(target, self, args), trace, findRecorder),
      }),
  );
}

function recordCall(
  args: readonly unknown[],
  call: () => unknown,
  trace: MethodTrace,
  findRecorder: FindRecorder,
): unknown {
  const recorder = findRecorder();
  const decision = recorder?.decide(undefined);
  if (!recorder || !decision) return call();
  if (decision.unsampled) return decision.unsampled.run(call);
  const { inputs, attributes, name = trace.name } = trace.describeCall(args);
  const span = recorder.begin({ name, spanType: trace.spanType, attributes }, decision, inputs);
  return recorder.follower.call(span, call, trace);
}
