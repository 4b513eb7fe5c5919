import { MlflowKey } from "../model/dialects/mlflow.js";
import { withoutUndefined } from "../model/objects.js";
import { isRedacted } from "../model/redaction-mark.js";
import type { Span } from "../model/span.js";
import type { TraceInfo } from "../model/trace.js";
import type { TraceStore } from "../store/contract.js";
import { openDialects, type Dialects } from "./dialects.js";
import { spanPages, traceInfos } from "./trace-pages.js";
import type { AssessmentTarget } from "./upload-assessments.js";
import { openEncoding } from "./upload-encoding.js";
import { createUploadLedger } from "./upload-ledger.js";
import type { RequestOptions } from "./upload-request.js";
import type { PlannedTrace, UploadResult, UploadTally } from "./upload-result.js";
import { createSpanSender } from "./upload-spans.js";
import { toMlflowApi, toUploadTarget, type TargetOptions } from "./upload-target.js";

export interface UploadOptions extends TargetOptions {
  /** Conventions to write in addition to MLflow's, for back ends that read those; default none. See docs/files.md. */
  readonly dialects?: Dialects | undefined;
  /** Whether feedback and expectations go to MLflow's own API; default: if the headers name an MLflow experiment. */
  readonly assessments?: boolean | undefined;
  /** The most bytes in a request, before gzip, from 1; default 4 MiB. A single span may be larger. */
  readonly maxRequestBytes?: number | undefined;
  /** The most spans in a request, from 1; default 2,000. */
  readonly maxRequestSpans?: number | undefined;
  /** How many times a request is tried before the upload gives up, from 1; default 6. */
  readonly maxAttempts?: number | undefined;
  /** Sends nothing and returns what would be sent; default false. */
  readonly dryRun?: boolean | undefined;
  /** Called once, before anything is sent, if a trace was recorded without `redact`. Default: nobody is warned. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Called after each request. */
  readonly onProgress?: ((progress: UploadResult) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For tests, or to use your own; the platform's by default. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly wait?: RequestOptions["wait"] | undefined;
  readonly random?: (() => number) | undefined;
}

/**
 * Sends a store's ended spans to an OTLP/HTTP endpoint, as JSON or protobuf, oldest trace first, each at most once: what the
 * endpoint took is noted in the store, so calling again sends only what is new or has ended since. A request that is too large
 * for the server, or that it refuses (400, 422), is split, so that one bad span does not hold back the others. 429, 502, 503,
 * 504 and a lost connection are retried, with growing delays or after `Retry-After`; so a request whose answer was lost may
 * arrive twice, which OTLP cannot detect. A span that was refused on its own, by a server that took others, is counted and not
 * sent again, and so are spans that a server rejected from a request it accepted. Assessments, which OTLP does not have, go to
 * MLflow through its own API once their trace is there.
 *
 * Rejects with TypeError or RangeError for bad options, with UploadError if the server turns the upload away, refuses
 * everything or does not answer (what it took stays noted), with AbortError when aborted, and with the store's errors.
 */
export function uploadOtlp(store: TraceStore, options: UploadOptions = {}): Promise<UploadResult> {
  return uploadTraces(store, () => traceInfos(store), options);
}

/**
 * Like {@link uploadOtlp}, for those traces. `infosOf` is called again for their assessments, after their spans are
 * sent.
 */
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
  const tally: UploadTally = { counts, messages };
  const traces: PlannedTrace[] = [];
  const result = (): UploadResult => ({ ...counts, messages: [...messages], ...(dryRun && { traces }) });
  const sender = createSpanSender({
    target,
    encoding,
    request,
    ledger,
    tally,
    maxRequestBytes,
    maxRequestSpans,
    dryRun,
    onRequest: () => options.onProgress?.(result()),
  });
  let hasWarned = false;

  function warnUnredacted({ name }: TraceInfo): void {
    hasWarned = true;
    options.onWarning?.(
      `the trace "${name}" was recorded without redaction and is sent in full (see createRedaction in @spanbook/core/redact)`,
    );
  }

  /** Passes to the sender the spans of a trace that have ended and were not sent before. */
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
      const ready = fresh.map((span) => withDialects(withSession(span, info)));
      await sender.add(ready, page);
    }
  }

  for await (const info of infosOf()) {
    const before = { ...counts };
    await readTrace(info);
    if (!dryRun) continue;
    await sender.flush();
    const [spans, bytes] = [counts.sent - before.sent, counts.bytes - before.bytes];
    if (spans > 0) traces.push({ traceId: info.traceId, name: info.name, spans, bytes });
  }
  await sender.flush();
  await sender.noteRefused();
  // Last, now that their traces are there.
  if (mlflowApi !== undefined) {
    await uploadAssessments(infosOf(), { api: mlflowApi, target, request, ledger, dryRun }, tally);
  }
  return result();
}

async function uploadAssessments(
  infos: AsyncIterable<TraceInfo>,
  to: AssessmentTarget,
  { counts, messages }: UploadTally,
): Promise<void> {
  const { sendAssessments } = await import("./upload-assessments.js");
  for await (const info of infos) {
    if (!to.dryRun && to.ledger.sentSpans(info).size === 0) continue;
    const outcome = await sendAssessments(info, to);
    counts.assessments += outcome.sent;
    counts.requests += outcome.requests;
    for (const message of outcome.messages) messages.add(message);
  }
}

/** Back ends read session and user from a root's attributes, but they may be known only from the trace's metadata. */
function withSession(span: Span, { sessionId, userId }: TraceInfo): Span {
  if (span.parentSpanId !== undefined) return span;
  const said = withoutUndefined({ [MlflowKey.sessionId]: sessionId, [MlflowKey.userId]: userId });
  return { ...span, attributes: { ...said, ...span.attributes } };
}

function waitFor(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // Aborting only ends the wait: the next request checks the signal.
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
