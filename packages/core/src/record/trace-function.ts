import type { RemoteContext } from "../context/propagation.js";
import { MlflowKey } from "../model/dialects/mlflow.js";
import { isObjectLike } from "../model/objects.js";
import type { Follower } from "./follow.js";
import type { Guess } from "./open-work.js";
import type { LiveSpan } from "./live-span.js";
import type { StartSpanOptions, TraceOptions } from "./options.js";
import { nameArguments, parametersOf } from "./parameters.js";
import type { Active } from "./recorder.js";

export type AnyFunction = (...args: never[]) => unknown;

/** What a traced function needs from a recorder. None of it throws. */
export interface CallRecorder {
  /** Whether a call made now is recorded; undefined if it is not and there is nothing to do. */
  decide(samplingRatio: number | undefined): Decision | undefined;
  /** `options` may be the same at every call; `inputs` and `parent` are the call's own. */
  begin(options: StartSpanOptions, decision: Decision, inputs: unknown, parent?: LiveSpan): LiveSpan;
  activeSpan(): LiveSpan | undefined;
  readonly follower: Follower;
  onError(error: unknown): void;
}

/** How a call is recorded. Empty: as a child in the active trace. */
export interface Decision {
  /** The call begins this trace. */
  readonly newTraceId?: string;
  /** Set if it is not known who the parent is. */
  readonly guess?: Guess | undefined;
  /** The call begins a trace that is not recorded: it runs with this span active. */
  readonly unsampled?: LiveSpan;
  /** What is active when the call begins. */
  readonly active?: Active | undefined;
  /** The call joins the trace of this span, which is another recorder's. */
  readonly remote?: RemoteContext;
}

/** Returns the recorder of a call, or undefined if it is not recorded. */
export type FindRecorder = () => CallRecorder | undefined;

/**
 * Traces a method: as a standard decorator, TypeScript's legacy one, or a standard one on a field that holds a
 * function.
 */
export interface TraceDecorator {
  <Fn extends AnyFunction>(method: Fn, context: ClassMethodDecoratorContext): Fn;
  <This, Value>(
    nothing: undefined,
    context: ClassFieldDecoratorContext<This, Value>,
  ): (initial: Value) => Value;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void;
}

/**
 * The two ways of `trace`: around a function, and as a decorator with or without options. Options come last: a decorator of a
 * field gets undefined first, which would look like no options.
 */
export type TraceCall = (<Fn extends AnyFunction>(fn: Fn, options?: TraceOptions) => Fn) &
  TraceDecorator &
  ((options?: TraceOptions) => TraceDecorator);

/** `trace` for whatever recorder is found at each call. It throws TypeError for anything that is not a function. */
export function createTraceCall(findRecorder: FindRecorder): TraceCall {
  const decorateWith =
    (options: TraceOptions) =>
    (...args: unknown[]) =>
      decorate(args, options, findRecorder);
  return ((...args: unknown[]) => {
    const [first, second] = args;
    if (args.length === 3 || isDecoratorContext(second)) return decorateWith({})(...args);
    if (typeof first === "function") return traceFunction(first as AnyFunction, second ?? {}, findRecorder);
    if (first === undefined || isObjectLike(first)) return decorateWith(first ?? {});
    throw new TypeError(`trace needs a function, got ${first === null ? "null" : typeof first}`);
  }) as TraceCall;
}

// Getters, setters, accessors and classes are left as they are.
function decorate(args: unknown[], options: TraceOptions, findRecorder: FindRecorder): unknown {
  const traced = (value: unknown, key: unknown) =>
    typeof value === "function"
      ? traceFunction(
          value as AnyFunction,
          { name: nameOf(value) ?? String(key), ...defined(options) },
          findRecorder,
        )
      : value;
  const [target, second, descriptor] = args;
  if (isDecoratorContext(second)) {
    if (second.kind === "method") return traced(target, second.name);
    return second.kind === "field" ? (initial: unknown) => traced(initial, second.name) : undefined;
  }
  const method = descriptor as PropertyDescriptor | undefined;
  if (method && typeof method.value === "function") method.value = traced(method.value, second);
  return undefined;
}

/** Traces a function. A proxy, so that name, length, own properties, prototype and `new` stay the function's own. */
function traceFunction<Fn extends AnyFunction>(
  fn: Fn,
  options: TraceOptions,
  findRecorder: FindRecorder,
): Fn {
  const parameters = parametersOf(fn);
  const ownName = nameOf(fn);
  const { name = ownName ?? "anonymous" } = options;
  const named = ownName !== undefined && { [MlflowKey.functionName]: JSON.stringify(ownName) };
  const attributes = { ...named, ...options.attributes };
  const spanOptions = { ...options, name, attributes };
  const isGenerator = isGeneratorFunction(fn);

  function record(recorder: CallRecorder, decision: Decision, args: readonly unknown[], call: () => unknown) {
    const { begin, follower } = recorder;
    const { unsampled } = decision;
    if (unsampled && !isGenerator) return unsampled.runBeside(decision.active, call);
    const inputs = options.inputs ?? nameArguments(parameters, args);
    if (!isGenerator) return follower.call(begin(spanOptions, decision, inputs), call, options);
    // Its span begins with the first element, below whoever requests that, or else below whoever made the generator.
    const around = recorder.activeSpan();
    const startLater = () => {
      const asking = recorder.activeSpan();
      return unsampled ?? begin(spanOptions, asking ? {} : decision, inputs, asking ?? around);
    };
    return follower.begin(call(), startLater, options);
  }

  const traced: Fn = new Proxy(fn, {
    apply(target, self: unknown, args: never[]) {
      const recorder = findRecorder();
      const decision = recorder?.decide(options.samplingRatio);
      if (!recorder || !decision) return Reflect.apply(target, self, args) as unknown;
      // Checked before the call is wrapped in a closure, which costs a sixth of an unsampled call.
      const { unsampled, active } = decision;
      if (unsampled && !isGenerator) return unsampled.runBeside(active, Reflect.apply, target, self, args);
      return record(recorder, decision, args, () => Reflect.apply(target, self, args));
    },
    construct(target, args: never[], newTarget) {
      const call = () => Reflect.construct(target, args, newTarget === traced ? target : newTarget) as object;
      const recorder = findRecorder();
      const decision = recorder?.decide(options.samplingRatio);
      return recorder && decision ? (record(recorder, decision, args, call) as object) : call();
    },
  });
  return traced;
}

function defined(options: TraceOptions): TraceOptions {
  const { name, ...others } = options;
  return name === undefined ? others : options;
}

function nameOf(fn: object): string | undefined {
  try {
    const { name } = fn as { readonly name?: unknown };
    return typeof name === "string" && name !== "" ? name : undefined;
  } catch {
    // A revoked proxy, or a static getter that throws: it has no name to show.
    return undefined;
  }
}

function isGeneratorFunction(fn: AnyFunction): boolean {
  try {
    const tag = (fn as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
    return tag === "GeneratorFunction" || tag === "AsyncGeneratorFunction";
  } catch {
    return false;
  }
}

function isDecoratorContext(value: unknown): value is DecoratorContext {
  return isObjectLike(value) && "kind" in value && "addInitializer" in value;
}
