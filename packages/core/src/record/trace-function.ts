import { MlflowKey } from "../model/dialects/mlflow.js";
import { callAndFollow } from "./follow.js";
import type { LiveSpan } from "./live-span.js";
import { nameArguments, parametersOf } from "./parameters.js";
import type { StartSpanOptions, TraceOptions } from "./tracing.js";

type StartSpan = (options: StartSpanOptions) => LiveSpan;

/**
 * The function, traced by whatever `maybeStartSpan` gives at each call; where it gives nothing the function just runs.
 * `this`, name and length stay the function's own.
 */
export function traceFunction<Fn extends (...args: never[]) => unknown>(
  fn: Fn,
  options: TraceOptions = {},
  maybeStartSpan: () => StartSpan | undefined,
): Fn {
  if (typeof fn !== "function") throw new TypeError(`trace needs a function, got ${typeof fn}`);
  const parameters = parametersOf(fn);
  const name = options.name ?? (fn.name || "anonymous");
  const attributes = { [MlflowKey.functionName]: JSON.stringify(fn.name), ...options.attributes };

  function traced(this: unknown, ...args: never[]): unknown {
    const startSpan = maybeStartSpan();
    if (!startSpan) return fn.apply(this, args);
    const inputs = options.inputs ?? nameArguments(parameters, args);
    const span = startSpan({ ...options, name, attributes, inputs });
    return callAndFollow(span, () => fn.apply(this, args), options);
  }
  return Object.defineProperties(traced, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  }) as unknown as Fn;
}
