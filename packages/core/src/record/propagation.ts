import type { ContextManager } from "../context/context-manager.js";
import {
  parseTraceparent,
  readCarrier,
  writeCarrier,
  type Carrier,
  type RemoteContext,
  type TraceHeaders,
} from "../context/propagation.js";
import type { IdSource } from "../model/ids.js";
import type { Active } from "./recorder.js";
import { checkHexIds } from "./check-hex-ids.js";
import { isUnrecorded } from "./unrecorded-span.js";

/** How a trace continues in another thread, page or process. */
export interface Propagation {
  /**
   * Writes the active span into a carrier, by default a new object, and returns it: `traceparent` and `tracestate` as W3C Trace
   * Context has them. If nothing is active it writes nothing; if the trace is not recorded, it says so.
   */
  inject<Target extends object = TraceHeaders>(carrier?: Target): Target & TraceHeaders;
  /** Reads what `inject` wrote, or any W3C headers; undefined if there are none, or none that are valid. */
  extract(carrier: Carrier | undefined): RemoteContext | undefined;
  /**
   * Runs `fn` below a span from elsewhere: spans that begin in it join that trace as its children, or are not recorded if that
   * trace is not. Takes a result of `extract`, or a `traceparent`; with undefined or null `fn` just runs, and with anything
   * else too, which is reported.
   */
  withContext<Result>(remote: RemoteContext | string | null | undefined, fn: () => Result): Result;
}

export function createPropagation(
  context: ContextManager<Active>,
  ids: IdSource,
  safely: <Result>(task: () => Result) => Result | undefined,
): Propagation {
  function toRemote(): RemoteContext | undefined {
    const { span, remote } = context.active() ?? {};
    if (span && !isUnrecorded(span)) {
      const { traceId, spanId, traceState, traceScope } = span;
      return { traceId, spanId, traceFlags: 1, traceState, sentAtUnixNano: traceScope.clock.now() };
    }
    // An unrecorded span has no ids. Whoever receives these new ones records nothing below them either.
    return remote ?? (span && { traceId: ids.traceId(), spanId: ids.spanId(), traceFlags: 0 });
  }

  return {
    inject<Target extends object>(carrier: Target = {} as Target) {
      safely(() => {
        const remote = toRemote();
        if (remote) writeCarrier(remote, carrier);
      });
      return carrier;
    },
    extract: (carrier) => safely(() => carrier && readCarrier(carrier)),
    withContext(given, fn) {
      if (given === undefined || given === null) return fn();
      const remote = safely(() => toParent(given));
      if (!remote) return fn();
      const { defaults, foreign } = context.active() ?? {};
      return context.run({ remote, defaults, foreign }, fn);
    },
  };
}

/** Throws TypeError for a text that is not a `traceparent`, and RangeError for malformed ids. */
function toParent(given: RemoteContext | string): RemoteContext {
  if (typeof given === "string") {
    const parsed = parseTraceparent(given);
    if (!parsed) throw new TypeError(`expected a traceparent, got ${given}`);
    return parsed;
  }
  checkHexIds(given.traceId, String(given.spanId));
  return given;
}
