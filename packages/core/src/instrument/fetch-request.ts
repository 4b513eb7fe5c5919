import { maybeText } from "../model/json.js";
import { isRecord } from "../model/objects.js";

/** The arguments of a call to fetch. */
export type FetchArguments = readonly [input?: unknown, init?: RequestInit, ...others: unknown[]];

/** Which requests are recorded, and how much of them. */
export interface RequestFilter {
  /** Default: all. */
  readonly filter?: ((url: URL) => boolean) | undefined;
  /** The query parameters whose values are recorded; only the names of the others are. */
  readonly queryParameters?: readonly string[] | undefined;
}

/** What is recorded of a request before it is sent. */
export interface DescribedRequest {
  readonly name: string;
  readonly method: string;
  readonly origin: string;
  readonly inputs: { readonly method: string; readonly url: string };
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Undefined if nothing is to be recorded, or nothing will be sent because the URL is invalid. */
export function describeRequest(
  [input, init]: FetchArguments,
  { filter = () => true, queryParameters = [] }: RequestFilter,
): DescribedRequest | undefined {
  const request = isRecord(input) && !(input instanceof URL) ? input : undefined;
  const url = maybeUrl(request ? request["url"] : input);
  // The platform refuses credentials in a URL with a message that repeats them.
  if (!url || url.username !== "" || url.password !== "" || !filter(url)) return undefined;
  const method = toMethod(maybeText(init?.method) ?? maybeText(request?.["method"]) ?? "GET");
  const shown = toShown(url, new Set(queryParameters));
  const place = url.host === "" ? url.protocol : url.host;
  return {
    name: `${method} ${place}`,
    method,
    origin: url.origin,
    inputs: { method, url: shown },
    attributes: {
      "http.request.method": method,
      "url.full": shown,
      "server.address": url.hostname === "" ? undefined : url.hostname,
      "server.port": portOf(url),
      "http.request.body.size": sizeOf(init?.body),
    },
  };
}

function maybeUrl(text: unknown): URL | undefined {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  const href = text instanceof URL ? text.href : text;
  return typeof href === "string" && URL.canParse(href, base) ? new URL(href, base) : undefined;
}

/** The method as the platform writes it. Source: Fetch Standard, "normalize a method". */
function toMethod(method: string): string {
  return /^(delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method;
}

/** The URL without the parts that are not sent, and without query values, any of which may be a key. */
function toShown(url: URL, known: ReadonlySet<string>): string {
  if (url.protocol === "data:") return url.href.replace(/,[^]*/, ",…");
  const { origin, protocol, pathname, search } = url;
  const start = origin === "null" || protocol === "blob:" ? `${protocol}${pathname}` : origin + pathname;
  const parameters = search.split(/[?&]/).slice(1);
  if (parameters.length === 0) return start;
  const shown = parameters.map((parameter) => {
    const [name = "", value] = parameter.split(/=([^]*)/);
    if (known.has(name)) return parameter;
    return value === undefined ? "REDACTED" : `${name}=REDACTED`;
  });
  return `${start}?${shown.join("&")}`;
}

function portOf({ port, protocol }: URL): number | undefined {
  if (port !== "") return Number(port);
  return { "https:": 443, "http:": 80 }[protocol];
}

/** Undefined if only sending it would tell. */
function sizeOf(body: unknown): number | undefined {
  if (typeof body === "string" || body instanceof URLSearchParams) {
    return new TextEncoder().encode(String(body)).length;
  }
  if (body instanceof Blob) return body.size;
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? body.byteLength : undefined;
}
