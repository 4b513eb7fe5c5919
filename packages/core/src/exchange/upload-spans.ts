/** Sends spans in requests that are as large as allowed, each split if the server does not take it whole. */
import type { Origins, Span } from "../model/span.js";
import { toResourceSpans } from "./otlp-write.js";
import type { UploadEncoding } from "./upload-encoding.js";
import type { UploadLedger } from "./upload-ledger.js";
import { postTraces, uploadError, type RequestOptions } from "./upload-request.js";
import type { UploadTally } from "./upload-result.js";
import type { UploadTarget } from "./upload-target.js";

export interface SpanSenderOptions {
  readonly target: UploadTarget;
  readonly encoding: UploadEncoding;
  readonly request: RequestOptions;
  /** Notes what the server took. */
  readonly ledger: UploadLedger;
  readonly tally: UploadTally;
  readonly maxRequestBytes: number;
  readonly maxRequestSpans: number;
  readonly dryRun: boolean;
  /** Called after each request. */
  readonly onRequest: () => void;
}

/**
 * All reject with what `postTraces` rejects with, with UploadError if every request is refused, and with the store's
 * errors.
 */
export interface SpanSender {
  /** Takes spans for the next requests, and sends those that fill one. */
  add(spans: readonly Span[], origins: Origins): Promise<void>;
  /** Sends the rest. */
  flush(): Promise<void>;
  /** Notes, in the end, which spans were refused by themselves, so that they are not sent again. */
  noteRefused(): Promise<void>;
}

/**
 * After this many refusals in a row, refused requests are no longer split: finding one bad span of 2,000 takes 12, and
 * there may be more. After twice as many with nothing ever accepted, the spans are not to blame, and the upload fails.
 */
const maxRefusals = 20;
/** After this many messages, those of refusals no longer name the span: there could be as many as spans. */
const maxNamed = 10;

const noOrigins: Origins = { resources: {}, scopes: {} };

export function createSpanSender(options: SpanSenderOptions): SpanSender {
  const { target, encoding, request, ledger, maxRequestBytes, maxRequestSpans, dryRun, onRequest } = options;
  const { counts, messages } = options.tally;
  let waiting: Span[] = [];
  let origins = noOrigins;
  /** Refusals since the last request that was accepted. */
  let refusals = 0;
  const refusedAlone: Span[] = [];

  async function flush(): Promise<void> {
    const [spans, from] = [waiting, origins];
    waiting = [];
    origins = noOrigins;
    for (let start = 0; start < spans.length; start += maxRequestSpans) {
      await send(spans.slice(start, start + maxRequestSpans), from);
    }
  }

  async function send(spans: readonly Span[], from: Origins): Promise<void> {
    const body = encoding.encode(toResourceSpans(spans, from));
    if (spans.length > 1 && body.length > maxRequestBytes) return sendHalves(spans, from);
    if (dryRun) {
      count(spans.length, 0, body);
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
        throw uploadError(`${message}, as it did to each of the first ${refusals} requests, even small ones`);
      }
      if (spans.length > 1 && refusals < maxRefusals) return sendHalves(spans, from);
      count(spans.length, spans.length, body);
      const alone = spans.length === 1 ? spans[0] : undefined;
      if (alone && reply.kind === "refused") refusedAlone.push(alone);
      messages.add(alone && messages.size < maxNamed ? `${message}, for ${nameSpan(alone)}` : message);
    }
    onRequest();
  }

  function count(all: number, rejected: number, { length }: Uint8Array): void {
    counts.rejected += rejected;
    counts.sent += all - rejected;
    counts.bytes += length;
  }

  async function sendHalves(spans: readonly Span[], from: Origins): Promise<void> {
    const middle = Math.ceil(spans.length / 2);
    await send(spans.slice(0, middle), from);
    await send(spans.slice(middle), from);
  }

  return {
    async add(spans, { resources, scopes }) {
      waiting.push(...spans);
      origins = {
        resources: { ...origins.resources, ...resources },
        scopes: { ...origins.scopes, ...scopes },
      };
      if (waiting.length >= maxRequestSpans) await flush();
    },
    flush,
    async noteRefused() {
      // A server that took none may be the wrong one, or want a header.
      if (counts.sent > 0 && refusedAlone.length > 0) await ledger.add(refusedAlone);
    },
  };
}

function nameSpan({ name, traceId, spanId }: Span): string {
  return `the span ${JSON.stringify(name.slice(0, 100))} (${spanId} of trace ${traceId})`;
}
