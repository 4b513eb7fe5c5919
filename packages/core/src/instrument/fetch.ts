/**
 * The platform's fetch, traced if the program asks for it. The span of a request lasts until the response's body has
 * been read, however the program reads it. Names are those of OpenTelemetry's semantic conventions for HTTP clients. No
 * header's value is recorded but the length of a body.
 */
import { isPlainObject, isRecord } from "../model/objects.js";
import { isUnrecordedRequest } from "../model/unrecorded-request.js";
import type { LiveSpan } from "../record/live-span.js";
import { findOpenSpan } from "../record/open-work.js";
import type { Tracing } from "../record/tracing.js";
import { describeRequest, type FetchArguments, type RequestFilter } from "./fetch-request.js";
import { isResponse } from "./is-response.js";
import { findTracing, type AutoTracingOptions } from "./recording.js";
import { replaceMethod, type Method } from "./replace-method.js";
import { watchBody } from "./response-body.js";
import { switchOn, untraced } from "./switches.js";

/** Options of {@link traceFetch}. */
export interface FetchTracingOptions extends AutoTracingOptions, RequestFilter {
  /** The origins, such as "https://api.example.com", that are sent `traceparent` and `tracestate`; default none. */
  readonly propagateTo?: readonly string[] | undefined;
}

/** OTLP's number for CLIENT. */
const clientKind = 3;
const bodilessStatus = [204, 205, 304];

/**
 * Records the requests that the program makes with `fetch` from now on; returns a function that switches it off. Create clients
 * that take `fetch` when they are made, as those of AI libraries do, after this call. Throws TypeError for an invalid origin.
 */
export function traceFetch(options: FetchTracingOptions = {}): () => void {
  const origins = new Set((options.propagateTo ?? []).map(toOrigin));
  const dropped = new FinalizationRegistry<() => void>((endUnread) => endUnread());
  let isOn = true;

  function record(tracing: Tracing, args: FetchArguments, call: (args: FetchArguments) => unknown): unknown {
    const { calls } = tracing.bridge;
    const request = maybeRequest(args, calls.onError);
    const decision = request && calls.decide(undefined);
    if (!request || !decision) return call(args);
    const send = () => call(origins.has(request.origin) ? withTraceHeaders(args, tracing) : args);
    if (decision.unsampled) return decision.unsampled.runBeside(decision.active, send);
    const { name, attributes, inputs } = request;
    const span = calls.begin({ name, kind: clientKind, attributes }, decision, inputs);
    return calls.follower.call(span, send, {
      describe: () => undefined,
      // A program's stand-in for fetch may return anything.
      takeOver: (_span, response) => isResponse(response) && follow(span, response, tracing, request.method),
    });
  }

  function maybeRequest(args: FetchArguments, onError: (error: unknown) => void) {
    try {
      return describeRequest(args, options);
    } catch (error) {
      // A filter or a getter in the options has thrown.
      onError(error);
      return undefined;
    }
  }

  /** True if the span lasts until the body has been read. */
  function follow(span: LiveSpan, response: Response, tracing: Tracing, method: string): boolean {
    describeResponse(span, response);
    const { status, type } = response;
    const size = response.headers.get("content-length");
    if (method === "HEAD" || bodilessStatus.includes(status) || type.startsWith("opaque") || size === "0") {
      return false;
    }
    // The closures below must not hold the response, which may be dropped unread.
    const isEncoded = response.headers.has("content-encoding");
    const headersAt = span.traceScope.clock.now();
    span.addEvent({ name: "http.response.headers", timestamp: BigInt(headersAt) });
    const endUnread = () => {
      stopWaiting();
      span.end({ attributes: { "spanbook.stream": "unread" }, endTimeNs: BigInt(headersAt) });
    };
    // Without an open parent there is no end to wait for.
    const { parentId = "", traceScope } = span;
    const stopWaiting = findOpenSpan(traceScope, parentId)
      ? tracing.registerOnSpanEndHook(({ spanId }) => {
          if (spanId === parentId) endUnread();
        })
      : afterTask(endUnread);
    dropped.register(response, endUnread);
    return watchBody(response, {
      begun: stopWaiting,
      finished: (bytes) =>
        span.end({ attributes: { "http.response.body.size": isEncoded ? undefined : bytes } }),
      left: () => span.end({ attributes: { "spanbook.stream": "left" } }),
      failed: (error) => span.recordException(error).end(),
    });
  }

  function tracedFetch(fetch: Method): Method {
    return new Proxy(fetch, {
      apply(target, self: unknown, args: FetchArguments) {
        const call = (given: FetchArguments) => Reflect.apply(target, self, given) as unknown;
        const tracing = isOn && !isUnrecordedRequest(args[1]) ? findTracing(options) : undefined;
        return tracing ? record(tracing, args, call) : call(args);
      },
    });
  }

  switchOn(globalThis, () => {
    const undo = replaceMethod(globalThis, "fetch", tracedFetch);
    // Whoever replaced it after us still calls ours, which then only passes the call on.
    return [() => (isOn = false), undo ?? (() => undefined)];
  });
  return () => void untraced(globalThis);
}

/** Runs `task` in a new task; returns a function that prevents it. */
function afterTask(task: () => void): () => void {
  const timer = setTimeout(task);
  return () => clearTimeout(timer);
}

function describeResponse(span: LiveSpan, { status, statusText, headers }: Response): void {
  if (status === 0) return;
  span.setOutputs({ status });
  span.setAttributes({ "http.response.status_code": status, "http.response.body.size": sizeIn(headers) });
  if (status < 400) return;
  span.setAttribute("error.type", String(status));
  span.setStatus("ERROR", `${status} ${statusText}`.trim());
}

function sizeIn(headers: Headers): number | undefined {
  const length = headers.get("content-length") ?? "";
  return /^\d+$/.test(length) ? Number(length) : undefined;
}

/** The same arguments with the headers of the active span, unless the program has set its own. */
function withTraceHeaders(args: FetchArguments, tracing: Tracing): FetchArguments {
  const [input, init, ...others] = args;
  // A Request as the second argument is left for the platform to read.
  if (init !== undefined && !isPlainObject(init)) return args;
  try {
    const headers = new Headers(
      init?.headers ?? (isRecord(input) ? (input["headers"] as Headers) : undefined),
    );
    if (!headers.has("traceparent")) tracing.inject(headers);
    return [input, { ...init, headers }, ...others];
  } catch {
    // Invalid headers: the platform will reject them.
    return args;
  }
}

function toOrigin(text: string): string {
  if (!URL.canParse(text) || new URL(text).href !== `${new URL(text).origin}/`) {
    throw new TypeError(`an origin must be like "https://api.example.com", got ${JSON.stringify(text)}`);
  }
  return new URL(text).origin;
}
