/**
 * One request to a back end, retried where the protocol allows it. Source: opentelemetry.io/docs/specs/otlp,
 * "OTLP/HTTP"
 */
import { textOf, toRecord } from "../model/json.js";
import { unrecordedRequest } from "../model/unrecorded-request.js";
import { readAnswer } from "./upload-encoding.js";
import type { UploadTarget } from "./upload-target.js";

export type UploadReply =
  | { readonly kind: "accepted"; readonly rejectedSpans: number; readonly message?: string }
  /** The server says that the request is too large, or that it cannot use it. Retrying would not help. */
  | { readonly kind: "too large" | "refused"; readonly message: string };

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** How often a request is sent at most, from 1. */
  readonly maxAttempts: number;
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch;
}

export interface HttpRequest {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzip: boolean;
}

export interface HttpAnswer {
  readonly isOk: boolean;
  readonly status: number;
  /** What the answer says, by name. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The status and what the server said with it, in one line. */
  readonly message: string;
}

const retriable = new Set([429, 502, 503, 504]);
const firstDelayMs = 1000;
const lastDelayMs = 60_000;
/** A server may ask for more patience than anyone has, so this is the limit. */
const maxRetryAfterMs = 300_000;

/**
 * Sends spans. Rejects with UploadError if the server refuses the whole upload (401, 403, 404, …) or does not answer
 * within `maxAttempts`, and with AbortError.
 */
export async function postTraces(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
  target: UploadTarget,
  options: RequestOptions,
): Promise<UploadReply> {
  const { endpoint: url, gzip } = target;
  const answer = await sendRequest({ method: "POST", url, contentType, body, gzip }, target, options);
  const { status, message, fields } = answer;
  if (answer.isOk) return { kind: "accepted", ...partialSuccess(fields) };
  if (status === 413) return { kind: "too large", message };
  if (status === 400 || status === 422) return { kind: "refused", message };
  const hint =
    status === 415 && contentType.endsWith("json") ? '; it may accept only protocol "http/protobuf"' : "";
  throw uploadError(message + hint);
}

/**
 * Sends a request until the server answers it with something other than "later". Rejects with UploadError if it does
 * not within `maxAttempts`, or if a page may not contact it, and with AbortError.
 */
export async function sendRequest(
  request: HttpRequest,
  target: UploadTarget,
  options: RequestOptions,
): Promise<HttpAnswer> {
  const { signal, maxAttempts, wait, random } = options;
  const body = request.gzip ? await gzip(request.body) : request.body;
  for (let attempt = 1; ; attempt++) {
    if (signal?.aborted) throw abortError();
    const outcome = await attemptRequest({ ...request, body }, target, options);
    if (outcome.answer) return outcome.answer;
    // Not after the first try: a connection may be lost once for any reason.
    if (attempt > 1 && outcome.isUnanswered) await checkCors(request, target, options);
    if (attempt >= maxAttempts) {
      throw uploadError(`${outcome.message}${attempt > 1 ? `, after ${attempt} attempts` : ""}`);
    }
    const backoffMs = Math.min(lastDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
    await wait(outcome.retryAfterMs ?? backoffMs, signal);
  }
}

interface Outcome {
  readonly answer?: HttpAnswer;
  /** Why there is no answer. */
  readonly message: string;
  readonly isUnanswered?: boolean;
  readonly retryAfterMs?: number | undefined;
}

async function attemptRequest(
  { method, url, contentType, body, gzip: isGzip }: HttpRequest,
  { headers, timeoutMs }: UploadTarget,
  options: RequestOptions,
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await options.fetch(url, {
      method,
      headers: { ...headers, "Content-Type": contentType, ...(isGzip && { "Content-Encoding": "gzip" }) },
      body,
      // Another address would get traces and keys that are not meant for it, or a GET without them that would count as
      // sent.
      redirect: "manual",
      ...unrecordedRequest,
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
    const { ok: isOk, status } = response;
    if (isRedirect(response)) {
      await response.body?.cancel();
      const place = response.headers.get("Location")?.slice(0, 200) ?? "another address";
      const message = `the server at ${url} redirects to ${place}, where nothing was sent: use that URL if it is the right one`;
      return { answer: { isOk: false, status, fields: {}, message }, message };
    }
    const { fields, text } = await readAnswer(response);
    // A login page or a user interface: an endpoint for traces does not answer with HTML, whatever the status.
    const isPage = /^text\/html\b/i.test(response.headers.get("Content-Type") ?? "");
    const detail = isPage ? " with a web page" : detailOf(fields, text);
    const message = `the server at ${response.url} answered ${status}${detail}`;
    const isTaken = isOk && !isPage;
    if (!retriable.has(status)) return { answer: { isOk: isTaken, status, fields, message }, message };
    return { message, retryAfterMs: toRetryAfterMs(response.headers.get("Retry-After"), Date.now()) };
  } catch (error) {
    if (options.signal?.aborted) throw abortError();
    const why = timeout.aborted ? `no answer in ${timeoutMs} ms` : `no connection (${causeOf(error)})`;
    return { message: `the upload to ${url} failed: ${why}`, isUnanswered: !timeout.aborted };
  }
}

/** Pages see that there was a redirect, but not which one. */
function isRedirect({ type, status }: Response): boolean {
  return type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(status);
}

/**
 * A page is not told why a request failed. If the server answers a request whose answer the page may not see, it is
 * there but does not let the page contact it: the error says so, with what the server has to answer, and there is no
 * retry.
 */
async function checkCors(
  request: HttpRequest,
  { headers }: UploadTarget,
  { fetch }: RequestOptions,
): Promise<void> {
  const page = (globalThis as { document?: unknown; location?: { origin: string } }).location;
  if (!("document" in globalThis) || !page) return;
  const isThere = await fetch(request.url, { ...unrecordedRequest, method: "HEAD", mode: "no-cors" }).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  const names = [...Object.keys(headers), "content-type", ...(request.gzip ? ["content-encoding"] : [])];
  throw uploadError(
    `the server at ${request.url} answers, but does not accept requests from ${page.origin} (CORS): it must answer with ` +
      `Access-Control-Allow-Origin: ${page.origin} and Access-Control-Allow-Headers: ${names.join(", ").toLowerCase()}`,
  );
}

function partialSuccess(fields: HttpAnswer["fields"]): { rejectedSpans: number; message?: string } {
  const partial = toRecord(fields["partialSuccess"]);
  const rejected = Number(partial["rejectedSpans"] ?? 0);
  const message = textOf(partial, "errorMessage");
  return { rejectedSpans: Number.isSafeInteger(rejected) ? rejected : 0, ...(message && { message }) };
}

function detailOf(fields: HttpAnswer["fields"], text: string): string {
  const said = textOf(fields, "message", "detail", "error") ?? text;
  const line = said.replace(/\s+/g, " ").trim().slice(0, 200);
  return line ? `: ${line}` : "";
}

/**
 * Milliseconds to wait by a `Retry-After` header, seconds or a date, at most five minutes; undefined if it says
 * nothing.
 */
export function toRetryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const delayMs = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(delayMs) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, delayMs));
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

function causeOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? (cause?.message || message) ?? String(error);
}

export function uploadError(message: string): Error {
  const error = new Error(message);
  error.name = "UploadError";
  return error;
}

function abortError(): Error {
  const error = new Error("the upload was aborted");
  error.name = "AbortError";
  return error;
}
