import type { CallOptions } from "../record/call-options.js";
import type { FindRecorder } from "../record/trace-function.js";

type Method = (...args: unknown[]) => unknown;

/** What the calls of an SDK's method record. */
export interface MethodTrace extends CallOptions {
  /** The span's. */
  readonly name: string;
  readonly spanType: string;
  /** What the span starts with, read from the call's arguments. */
  readonly describeCall: (args: readonly unknown[]) => {
    readonly inputs: unknown;
    readonly attributes?: Readonly<Record<string, unknown>>;
  };
}

/**
 * Puts a traced method in the place of the owner's, as its own property that is not listed. Everything else of owner and method stays.
 * Gives what takes it away again; undefined where the owner has no such method or takes no property.
 */
export function traceMethod(
  owner: object,
  methodName: string,
  trace: MethodTrace,
  findRecorder: FindRecorder,
): (() => void) | undefined {
  const method = (owner as Record<string, unknown>)[methodName];
  if (typeof method !== "function" || !Object.isExtensible(owner)) return undefined;
  const own = Object.getOwnPropertyDescriptor(owner, methodName);
  const traced = new Proxy(method as Method, {
    apply: (target, self, args) =>
      recordCall(args, () => Reflect.apply(target, self, args) as unknown, trace, findRecorder),
  });
  const isPlaced = Reflect.defineProperty(owner, methodName, {
    value: traced,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  if (!isPlaced) return undefined;
  return () => {
    // Who wrapped it after us keeps what they hold.
    if ((owner as Record<string, unknown>)[methodName] !== traced) return;
    if (own) Object.defineProperty(owner, methodName, own);
    else Reflect.deleteProperty(owner, methodName);
  };
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
  const { name, spanType } = trace;
  const { inputs, attributes } = trace.describeCall(args);
  const span = recorder.begin({ name, spanType, attributes }, decision, inputs);
  return recorder.follower.call(span, call, trace);
}
