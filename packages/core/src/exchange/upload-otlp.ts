import { MlflowKey } from "../model/dialects/mlflow.js";
import { withoutUndefined } from "../model/objects.js";
import { isRedacted } from "../model/redaction-mark.js";
import type { Origins, Span } from "../model/span.js";
import type { TraceInfo } from "../model/trace.js";
import type { TraceStore } from "../store/contract.js";
import { openDialects, type Dialects } from "./dialects.js";
import { toResourceSpans } from "./otlp-write.js";
import { spanPages, traceInfos } from "./trace-pages.js";
import { openEncoding } from "./upload-encoding.js";
import { createUploadLedger } from "./upload-ledger.js";
import { postTraces, uploadError, type RequestOptions } from "./upload-request.js";
import { toMlflowApi, toUploadTarget, type TargetOptions } from "./upload-target.js";

export interface UploadOptions extends TargetOptions {
  /** Conventions to write beside MLflow's, for back ends that read those; default none. See docs/files.md. */
  readonly dialects?: Dialects;
  /** Whether feedback and expectations go to MLflow's own API; default: where the headers name an MLflow experiment. */
  readonly assessments?: boolean;
  /** Bytes a request may have, before gzip, from 1; default 4 MiB. A single span may be larger. */
  readonly maxRequestBytes?: number;
  /** Spans a request may have, from 1; default 2,000. */
  readonly maxRequestSpans?: number;
  /** How often a request is sent before the upload gives up, from 1; default 6. */
  readonly maxAttempts?: number;
  /** Sends nothing and says what would go; default false. */
  readonly dryRun?: boolean;
  /** Told once, before anything is sent, where a trace was recorded without `redact`. Default: nobody. */
  readonly onWarning?: (message: string) => void;
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
  /** Bytes of the bodies that were sent, before gzip; those of a dry run included, each trace by itself. */
  readonly bytes: number;
  /** Spans the server said it would not take, now or ever; `messages` say why. */
  readonly rejected: number;
  /** Spans that the endpoint had from an upload before. */
  readonly alreadySent: number;
  /** Spans that have not ended: they go when they have. */
  readonly open: number;
  /** Assessments that MLflow took, were changed or deleted there; those of a dry run included. */
  readonly assessments: number;
  readonly requests: number;
  /** What the server had to say, each once. */
  readonly messages: readonly string[];
  /** Of a dry run: what would go of each trace, oldest first. */
  readonly traces?: readonly PlannedTrace[];
}

/** What would go of a trace. */
export interface PlannedTrace {
  readonly traceId: string;
  readonly name: string;
  readonly spans: number;
  readonly bytes: number;
}

/**
 * So many refusals without an acceptance between them, and what is refused is split no more: one bad span of 2,000 takes 12, and more
 * may lie beside it. So many again, and nothing taken ever: then it is not the spans that are at fault.
 */
const maxRefusals = 20;
/** Messages, after which those of refusals name no span: they could be as many as spans. */
const maxNamed = 10;

/**
 * Sends a store's ended spans to an OTLP/HTTP endpoint, as JSON or protobuf, oldest trace first, each at most once: what the
 * endpoint took is noted in the store, so calling again sends only what is new or has ended since. A request that is too large
 * for the server, or that it refuses (400, 422), is split, so that one bad span holds back no other. 429, 502, 503, 504 and a lost
 * connection are tried again, with growing delays or after `Retry-After`; a request whose answer was lost may so arrive twice, which
 * OTLP cannot tell. A span that was refused by itself, by a server that took others, is counted and not sent again; so what a
 * server left out of what it took. Assessments, which OTLP does not know, go to MLflow through its own API, when their trace is there.
 *
 * Rejects with TypeError or RangeError for bad options, with UploadError where the server turns the upload away, refuses whatever
 * it is sent or does not answer (what it took stays noted), with AbortError when aborted, and with the store's errors.
 */
export function uploadOtlp(store: TraceStore, options: UploadOptions = {}): Promise<UploadResult> {
  return uploadTraces(store, () => traceInfos(store), options);
}

/** As {@link uploadOtlp}, of those traces. `infosOf` is asked again for what is said of them when their spans are sent. */
export async function uploadTraces(
  store: TraceStore,
  infosOf: () => AsyncIterable<TraceInfo>,
  options: UploadOptions,
): Promise<UploadResult> {
  const { maxRequestBytes = 4 * 2 ** 20, maxRequestSpans = 2000, maxAttempts = 6, dryRun = false } = options;
  for (const [name, value] of Object.entries({ maxRequestBytes, maxRequestSpans, maxAttempts })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} must be an integer from 1, got ${value}`);
    }
  }
  const withDialects = await openDialects(options.dialects);
  const target = toUploadTarget(options);
  const mlflowApi = toMlflowApi(target, options.assessments);
  const encoding = await openEncoding(target.protocol);
  const ledger = createUploadLedger(store, target.endpoint);
  const request: RequestOptions = {
    signal: options.signal,
    maxAttempts,
    wait: options.wait ?? waitFor,
    random: options.random ?? Math.random,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
  };
  const counts = { sent: 0, bytes: 0, rejected: 0, alreadySent: 0, open: 0, assessments: 0, requests: 0 };
  const messages = new Set<string>();
  const traces: PlannedTrace[] = [];
  /** Since the last request that was accepted. */
  let refusals = 0;
  const refusedAlone: Span[] = [];
  const result = (): UploadResult => ({ ...counts, messages: [...messages], ...(dryRun && { traces }) });

  async function send(spans: readonly Span[], origins: Origins): Promise<void> {
    if (spans.length === 0) return;
    const body = encoding.encode(toResourceSpans(spans, origins));
    if (spans.length > 1 && body.length > maxRequestBytes) return sendHalves(spans, origins);
    if (dryRun) {
      counts.sent += spans.length;
      counts.bytes += body.length;
      return;
    }
    const reply = await postTraces(body, encoding.contentType, target, request);
    counts.requests++;
    if (reply.kind === "accepted") {
      refusals = 0;
      count(spans.length, Math.min(spans.length, reply.rejectedSpans), body);
      if (reply.message !== undefined) messages.add(reply.message);
      await ledger.add(spans);
    } else {
      refusals++;
      const { message } = reply;
      if (counts.sent === 0 && refusals >= 2 * maxRefusals) {
        throw uploadError(`${message}, and so each of the first ${refusals} requests, small ones too`);
      }
      if (spans.length > 1 && refusals < maxRefusals) return sendHalves(spans, origins);
      count(spans.length, spans.length, body);
      const alone = spans.length === 1 ? spans[0] : undefined;
      if (alone && reply.kind === "refused") refusedAlone.push(alone);
      messages.add(alone && messages.size < maxNamed ? `${message}, to ${nameSpan(alone)}` : message);
    }
    options.onProgress?.(result());
  }

  function count(all: number, rejected: number, { length }: Uint8Array): void {
    counts.rejected += rejected;
    counts.sent += all - rejected;
    counts.bytes += length;
  }

  async function sendHalves(spans: readonly Span[], origins: Origins): Promise<void> {
    const middle = Math.ceil(spans.length / 2);
    await send(spans.slice(0, middle), origins);
    await send(spans.slice(middle), origins);
  }

  let hasWarned = false;
  function warnUnredacted({ name }: TraceInfo): void {
    hasWarned = true;
    options.onWarning?.(
      `the trace "${name}" was recorded without redaction, and is sent with all that it holds (see createRedaction of @spanbook/core/redact)`,
    );
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

  /** Notes the rest of a trace's spans for a request, and sends those that fill one. */
  async function readTrace(info: TraceInfo): Promise<void> {
    const sent = ledger.sentSpans(info);
    if (sent.size >= info.spanCount) {
      counts.alreadySent += info.spanCount;
      return;
    }
    for await (const page of spanPages(store, info)) {
      const ended = page.spans.filter(({ endTimeUnixNano }) => endTimeUnixNano !== undefined);
      const fresh = ended.filter(({ spanId }) => !sent.has(spanId));
      counts.open += page.spans.length - ended.length;
      counts.alreadySent += ended.length - fresh.length;
      if (!hasWarned && fresh.length > 0 && !isRedacted(page)) warnUnredacted(info);
      waiting.push(...fresh.map((span) => withDialects(withSession(span, info))));
      origins = {
        resources: { ...origins.resources, ...page.resources },
        scopes: { ...origins.scopes, ...page.scopes },
      };
      if (waiting.length >= maxRequestSpans) await sendWaiting();
    }
  }

  for await (const info of infosOf()) {
    const before = { ...counts };
    await readTrace(info);
    if (!dryRun) continue;
    await sendWaiting();
    const [spans, bytes] = [counts.sent - before.sent, counts.bytes - before.bytes];
    if (spans > 0) traces.push({ traceId: info.traceId, name: info.name, spans, bytes });
  }
  await sendWaiting();
  // A server that took none may be another one than was meant, or want a header.
  if (counts.sent > 0 && refusedAlone.length > 0) await ledger.add(refusedAlone);
  if (mlflowApi !== undefined) {
    const { sendAssessments } = await import("./upload-assessments.js");
    // Now that their traces are there.
    for await (const info of infosOf()) {
      if (!dryRun && ledger.sentSpans(info).size === 0) continue;
      const outcome = await sendAssessments(info, { api: mlflowApi, target, request, ledger, dryRun });
      counts.assessments += outcome.sent;
      counts.requests += outcome.requests;
      for (const message of outcome.messages) messages.add(message);
    }
  }
  return result();
}

/** Back ends read session and user from a root's attributes, where the trace's metadata may have been all that said them. */
function withSession(span: Span, { sessionId, userId }: TraceInfo): Span {
  if (span.parentSpanId !== undefined) return span;
  const said = withoutUndefined({ [MlflowKey.sessionId]: sessionId, [MlflowKey.userId]: userId });
  return { ...span, attributes: { ...said, ...span.attributes } };
}

function nameSpan({ name, traceId, spanId }: Span): string {
  return `the span ${JSON.stringify(name.slice(0, 100))} (${spanId} of trace ${traceId})`;
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
