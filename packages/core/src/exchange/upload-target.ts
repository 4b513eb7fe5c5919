/**
 * Where an upload goes and how, from the caller's options and, in Node, Deno and Bun, OpenTelemetry's variables.
 *
 * Source: opentelemetry.io/docs/specs/otel/protocol/exporter
 */

import type { OtlpProtocol } from "./upload-encoding.js";

export interface UploadTarget {
  readonly endpoint: string;
  readonly protocol: OtlpProtocol;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly gzip: boolean;
}

export interface TargetOptions {
  /**
   * The URL that takes traces, such as `http://localhost:4318/v1/traces`, used as is. Default:
   * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or OTEL_EXPORTER_OTLP_ENDPOINT with `v1/traces` appended.
   */
  readonly endpoint?: string | URL | undefined;
  /** "http/json" or "http/protobuf"; default OTEL_EXPORTER_OTLP_PROTOCOL or "http/json", which every current server takes. */
  readonly protocol?: OtlpProtocol | undefined;
  /** Added to those of OTEL_EXPORTER_OTLP_HEADERS; an MLflow server needs `x-mlflow-experiment-id`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long one request may take; default OTEL_EXPORTER_OTLP_TIMEOUT or 10,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Default: what OTEL_EXPORTER_OTLP_COMPRESSION says, otherwise true if the platform can compress, but false in a page: there
   * the server would have to allow the header (CORS).
   */
  readonly gzip?: boolean | undefined;
}

/**
 * The URL at which the endpoint's server takes assessments, or undefined if none are to be sent: it is not MLflow's, or
 * the caller does not want it.
 */
export function toMlflowApi({ endpoint, headers }: UploadTarget, isAsked?: boolean): string | undefined {
  const isMlflow = Object.keys(headers).some((name) => name.toLowerCase() === "x-mlflow-experiment-id");
  if (!(isAsked ?? isMlflow)) return undefined;
  return new URL("api/3.0/mlflow/traces", endpoint.replace(/v1\/traces\/?(\?.*)?$/, "")).href;
}

type Environment = Readonly<Record<string, string | undefined>>;

const defaultTimeoutMs = 10_000;
/** The longest delay of a timer. */
const maxTimeoutMs = 2 ** 31 - 1;

/**
 * Throws TypeError if no endpoint is known or it is not an http or https URL, for an unknown protocol and for invalid
 * headers, and RangeError for an invalid timeout.
 */
export function toUploadTarget(
  options: TargetOptions,
  environment: Environment = platformEnvironment(),
): UploadTarget {
  const variable = (name: string) =>
    environment[`OTEL_EXPORTER_OTLP_TRACES_${name}`] ||
    environment[`OTEL_EXPORTER_OTLP_${name}`] ||
    undefined;
  const compression = variable("COMPRESSION");
  const isPage = "document" in globalThis;
  return {
    endpoint: checkEndpoint(options.endpoint?.toString() ?? endpointOf(environment)),
    protocol: checkProtocol(options.protocol ?? variable("PROTOCOL")),
    headers: checkHeaders({ ...headersOf(variable("HEADERS")), ...options.headers }),
    timeoutMs: checkTimeout(options.timeoutMs ?? timeoutOf(variable("TIMEOUT"))),
    gzip:
      options.gzip ??
      (compression === undefined ? !isPage && "CompressionStream" in globalThis : compression === "gzip"),
  };
}

/** Whether an endpoint is named at all, by the caller or by the platform's variables. */
export function hasEndpoint(
  { endpoint }: TargetOptions,
  environment: Environment = platformEnvironment(),
): boolean {
  return (endpoint ?? endpointOf(environment)) !== undefined;
}

function platformEnvironment(): Environment {
  return (globalThis as { process?: { env?: Environment } }).process?.env ?? {};
}

function endpointOf(environment: Environment): string | undefined {
  const own = environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  if (own) return own;
  const base = environment["OTEL_EXPORTER_OTLP_ENDPOINT"];
  return base ? `${base.replace(/\/$/, "")}/v1/traces` : undefined;
}

function checkEndpoint(endpoint: string | undefined): string {
  if (endpoint === undefined) {
    throw new TypeError("endpoint must be a URL, got none: set it or OTEL_EXPORTER_OTLP_ENDPOINT");
  }
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`endpoint must be an http or https URL, got ${JSON.stringify(endpoint)}`);
  }
  if (url.username || url.password) {
    throw new TypeError("endpoint must not contain a user or password: send them in an Authorization header");
  }
  return url.href;
}

/**
 * Refuses what fetch would refuse in a way that looks like a lost connection. Values may be keys, so no message shows
 * them.
 */
function checkHeaders(headers: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw new TypeError(
        `headers must have names and values that HTTP allows, got an invalid ${JSON.stringify(name)}`,
      );
    }
  }
  return headers;
}

function checkTimeout(timeoutMs: number): number {
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= maxTimeoutMs) return timeoutMs;
  throw new RangeError(`timeoutMs must be an integer from 1, got ${timeoutMs}`);
}

function checkProtocol(protocol = "http/json"): OtlpProtocol {
  if (protocol === "http/json" || protocol === "http/protobuf") return protocol;
  throw new TypeError(`protocol must be "http/json" or "http/protobuf", got ${JSON.stringify(protocol)}`);
}

/** `a=1,b=two%20words`, as in W3C baggage. Anything that is not such a pair is ignored. */
function headersOf(text = ""): Record<string, string> {
  const pairs = text.split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[decode(pair.slice(0, at)), decode(pair.slice(at + 1))]];
  });
  return Object.fromEntries(pairs);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim(); // a percent sign that is only that
  }
}

function timeoutOf(text: string | undefined): number {
  const timeoutMs = Number(text);
  return text !== undefined && timeoutMs > 0
    ? Math.min(Math.ceil(timeoutMs), maxTimeoutMs)
    : defaultTimeoutMs;
}
