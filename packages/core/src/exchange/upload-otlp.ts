import type { Origins, Span } from "../model/span.js";
import type { TraceStore } from "../store/contract.js";
import { toResourceSpans } from "./otlp-write.js";
import { spanPages, traceInfos } from "./trace-pages.js";
import { createUploadLedger } from "./upload-ledger.js";
import { postTraces, type RequestOptions } from "./upload-request.js";
import { toUploadTarget, type TargetOptions } from "./upload-target.js";

export interface UploadOptions extends TargetOptions {
  /** Bytes of JSON a request may have, before gzip, from 1; default 4 MiB. A single span may be larger. */
  readonly maxRequestBytes?: number;
  /** Spans a request may have, from 1; default 2,000. */
  readonly maxRequestSpans?: number;
  /** How often a request is sent before the upload gives up, from 1; default 6. */
  readonly maxAttempts?: number;
  /** Sends nothing and says what would go; default false. */
  readonly dryRun?: boolean;
  /** Told after each request. */
  readonly onProgress?: (progress: UploadResult) => void;
  readonly signal?: AbortSignal;
  /** For tests, and for those who have their own; defaults are the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  readonly wait?: RequestOptions["wait"];
  readonly random?: () => number;
}

export interface UploadResult {
  /** Spans the server took, those of a dry run included. */
  readonly sent: number;
  /** Spans the server said it would not take, now or ever; `messages` say why. */
  readonly rejected: number;
  /** Spans that the endpoint had from an upload before. */
  readonly alreadySent: number;
  /** Spans that have not ended: they go when they have. */
  readonly open: number;
  readonly requests: number;
  /** What the server had to say, each once. */
  readonly messages: readonly string[];
}

/**
 * Sends a store's ended spans to an OTLP/HTTP endpoint as JSON, oldest trace first, each at most once: what the endpoint took is
 * noted in the store, so calling again sends only what is new or has ended since. A request that is too large for the server is
 * split. 429, 502, 503, 504 and a lost connection are tried again, with growing delays or after `Retry-After`; a request whose
 * answer was lost may so arrive twice, which OTLP cannot tell. What the server refuses (400, 422) is counted, and would be sent
 * again the next time; what it took in part is not.
 *
 * Rejects with TypeError or RangeError for bad options, with UploadError where the server turns the upload away or does not
 * answer (what it took stays noted), with AbortError when aborted, and with the store's errors.
 */
export async function uploadOtlp(store: TraceStore, options: UploadOptions = {}): Promise<UploadResult> {
  const {
    maxRequestBytes = 4 * 2 ** 20,
    maxRequestSpans = 2000,
    maxAttempts = 6,
    dryRun = false,
    signal,
  } = options;
  for (const [name, value] of Object.entries({ maxRequestBytes, maxRequestSpans, maxAttempts })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} must be an integer from 1, got ${value}`);
    }
  }
  const target = toUploadTarget(options);
  const ledger = createUploadLedger(store, target.endpoint);
  const request: RequestOptions = {
    signal,
    maxAttempts,
    wait: options.wait ?? waitFor,
    random: options.random ?? Math.random,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
  };
  const counts = { sent: 0, rejected: 0, alreadySent: 0, open: 0, requests: 0 };
  const messages = new Set<string>();
  const result = (): UploadResult => ({ ...counts, messages: [...messages] });

  async function send(spans: readonly Span[], origins: Origins): Promise<void> {
    if (spans.length === 0) return;
    const body = JSON.stringify({ resourceSpans: toResourceSpans(spans, origins) });
    if (spans.length > 1 && isLonger(body, maxRequestBytes)) return sendHalves(spans, origins);
    if (dryRun) {
      counts.sent += spans.length;
      return;
    }
    const reply = await postTraces(body, target, request);
    counts.requests++;
    if (reply.kind === "too large" && spans.length > 1) return sendHalves(spans, origins);
    const rejected = reply.kind === "accepted" ? Math.min(spans.length, reply.rejectedSpans) : spans.length;
    counts.rejected += rejected;
    counts.sent += spans.length - rejected;
    if (reply.message !== undefined) messages.add(reply.message);
    if (reply.kind === "accepted") await ledger.add(spans);
    options.onProgress?.(result());
  }

  async function sendHalves(spans: readonly Span[], origins: Origins): Promise<void> {
    const middle = Math.ceil(spans.length / 2);
    await send(spans.slice(0, middle), origins);
    await send(spans.slice(middle), origins);
  }

  let waiting: Span[] = [];
  let origins: Origins = { resources: {}, scopes: {} };
  async function sendWaiting(): Promise<void> {
    const [spans, from] = [waiting, origins];
    waiting = [];
    origins = { resources: {}, scopes: {} };
    for (let start = 0; start < spans.length; start += maxRequestSpans) {
      await send(spans.slice(start, start + maxRequestSpans), from);
    }
  }

  for await (const info of traceInfos(store)) {
    const sent = ledger.sentSpans(info);
    if (sent.size >= info.spanCount) {
      counts.alreadySent += info.spanCount;
      continue;
    }
    for await (const page of spanPages(store, info)) {
      const ended = page.spans.filter(({ endTimeUnixNano }) => endTimeUnixNano !== undefined);
      const fresh = ended.filter(({ spanId }) => !sent.has(spanId));
      counts.open += page.spans.length - ended.length;
      counts.alreadySent += ended.length - fresh.length;
      waiting.push(...fresh);
      origins = {
        resources: { ...origins.resources, ...page.resources },
        scopes: { ...origins.scopes, ...page.scopes },
      };
      if (waiting.length >= maxRequestSpans) await sendWaiting();
    }
  }
  await sendWaiting();
  return result();
}

/** In bytes of UTF-8, encoded only where the characters do not tell. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

function waitFor(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // Aborting only ends the wait: the request that follows finds the signal.
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
