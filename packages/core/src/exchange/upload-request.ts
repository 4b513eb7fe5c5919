/** One OTLP/HTTP request, tried again where the protocol allows it. Source: opentelemetry.io/docs/specs/otlp, "OTLP/HTTP" */
import { isRecord, textOf, toRecord } from "../model/json.js";
import type { UploadTarget } from "./upload-target.js";

export type UploadReply =
  | { readonly kind: "accepted"; readonly rejectedSpans: number; readonly message?: string }
  /** The server says the request is too large, or that it cannot use it. Trying again would not help. */
  | { readonly kind: "too large" | "refused"; readonly message: string };

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Times a request is sent, from 1. */
  readonly maxAttempts: number;
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch;
}

const retriable = new Set([429, 502, 503, 504]);
const firstDelayMs = 1000;
const lastDelayMs = 60_000;
/** A server may ask for more patience than anyone has. */
const maxRetryAfterMs = 300_000;

/**
 * Sends the body. Rejects with UploadError where the server refuses the whole upload (401, 403, 404, …) or does not answer in
 * `maxAttempts`, and with AbortError.
 */
export async function postTraces(
  body: string,
  target: UploadTarget,
  options: RequestOptions,
): Promise<UploadReply> {
  const { signal, maxAttempts, wait, random } = options;
  const bytes = target.gzip ? await gzip(body) : new TextEncoder().encode(body);
  for (let attempt = 1; ; attempt++) {
    if (signal?.aborted) throw abortError();
    const answer = await tryPost(bytes, target, options);
    if (answer.reply) return answer.reply;
    if (!answer.isRetriable) throw uploadError(answer.message);
    if (attempt >= maxAttempts) throw uploadError(`${answer.message}, after ${attempt} attempts`);
    const backoffMs = Math.min(lastDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
    await wait(answer.retryAfterMs ?? backoffMs, signal);
  }
}

type Answer =
  | { readonly reply: UploadReply }
  | {
      readonly reply?: undefined;
      readonly isRetriable: boolean;
      readonly message: string;
      readonly retryAfterMs?: number | undefined;
    };

async function tryPost(
  body: Uint8Array<ArrayBuffer>,
  target: UploadTarget,
  options: RequestOptions,
): Promise<Answer> {
  const { endpoint, headers, timeoutMs, gzip: isGzip } = target;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await options.fetch(endpoint, {
      method: "POST",
      headers: {
        ...headers,
        "Content-Type": "application/json",
        ...(isGzip && { "Content-Encoding": "gzip" }),
      },
      body,
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
    return toAnswer(response, await response.text());
  } catch (error) {
    if (options.signal?.aborted) throw abortError();
    // The platform tells connection loss, an unknown host and a refusal by CORS alike.
    const why = timeout.aborted ? `no answer in ${timeoutMs} ms` : `no connection (${causeOf(error)})`;
    const hint = "document" in globalThis ? "; a server must allow this page's origin (CORS)" : "";
    return { isRetriable: true, message: `the upload to ${endpoint} failed: ${why}${hint}` };
  }
}

function toAnswer(response: Response, text: string): Answer {
  const { status } = response;
  if (response.ok) return { reply: { kind: "accepted", ...partialSuccess(text) } };
  const message = `the server at ${response.url} answered ${status}${detailOf(text)}`;
  if (status === 413) return { reply: { kind: "too large", message } };
  if (status === 400 || status === 422) return { reply: { kind: "refused", message } };
  const retryAfterMs = toRetryAfterMs(response.headers.get("Retry-After"), Date.now());
  return { isRetriable: retriable.has(status), message, retryAfterMs };
}

// Some servers answer JSON with protobuf: an answer that cannot be read says nothing.
function partialSuccess(text: string): { rejectedSpans: number; message?: string } {
  const partial = toRecord(toRecord(maybeJson(text))["partialSuccess"]);
  const rejected = Number(partial["rejectedSpans"] ?? 0);
  const message = textOf(partial, "errorMessage");
  return { rejectedSpans: Number.isSafeInteger(rejected) ? rejected : 0, ...(message && { message }) };
}

function detailOf(text: string): string {
  const json = maybeJson(text);
  const message = isRecord(json) ? textOf(json, "message", "detail", "error") : text;
  const line = message?.replace(/\s+/g, " ").trim().slice(0, 200);
  return line ? `: ${line}` : "";
}

function maybeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Milliseconds to wait by a `Retry-After` header, seconds or a date, at most five minutes; undefined where it says nothing. */
export function toRetryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const delayMs = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(delayMs) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, delayMs));
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

function causeOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? (cause?.message || message) ?? String(error);
}

function uploadError(message: string): Error {
  const error = new Error(message);
  error.name = "UploadError";
  return error;
}

function abortError(): Error {
  const error = new Error("the upload was aborted");
  error.name = "AbortError";
  return error;
}
