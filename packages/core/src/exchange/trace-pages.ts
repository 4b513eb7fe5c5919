import type { Origins, Span } from "../model/span.js";
import type { Trace, TraceInfo } from "../model/trace.js";
import type { FilterTree } from "../search/tree.js";
import type { TraceStore } from "../store/contract.js";
import { carry } from "./trace-carrier.js";

const spansPerPage = 1000;
const tracesPerPage = 100;

/** Spans of one trace, with their resources and scopes. */
export type SpanPage = Origins & { readonly spans: readonly Span[] };

/**
 * The spans of a source a page at a time, trace by trace, oldest first; one span of each trace carries what is said of the
 * trace.
 */
export async function* tracePages(
  source: TraceStore | Trace | readonly Trace[],
  filter?: string | FilterTree,
): AsyncGenerator<SpanPage> {
  if (isStore(source)) {
    for await (const info of traceInfos(source, filter)) yield* spanPages(source, info);
    return;
  }
  for (const { info, data } of "info" in source ? [source] : source) {
    yield { ...data, spans: withCarrier(data.spans, info, data.spans) };
  }
}

/** The traces of a source with all their spans, oldest first. */
export async function* wholeTraces(source: TraceStore | Trace | readonly Trace[]): AsyncGenerator<Trace> {
  if (!isStore(source)) {
    yield* "info" in source ? [source] : source;
    return;
  }
  for await (const { traceId } of traceInfos(source)) {
    const trace = await source.get(traceId);
    if (trace) yield trace; // else it was deleted meanwhile
  }
}

/** The infos of a store's traces that the filter finds, oldest first. */
export async function* traceInfos(
  store: TraceStore,
  filter?: string | FilterTree,
): AsyncGenerator<TraceInfo> {
  let pageToken: string | undefined;
  do {
    const page = await store.search({
      orderBy: ["timestamp_ms ASC"],
      maxResults: tracesPerPage,
      ...(filter !== undefined && { filter }),
      ...(pageToken !== undefined && { pageToken }),
    });
    for (const { info } of page.traces) yield info;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

/** Also one behind Comlink, which is a function, whatever it is asked for. */
function isStore(source: TraceStore | Trace | readonly Trace[]): source is TraceStore {
  return typeof source === "function" || "search" in source;
}

/** The spans of one trace of a store a page at a time, in order. */
export async function* spanPages(store: TraceStore, info: TraceInfo): AsyncGenerator<SpanPage> {
  let after: { startTimeUnixNano: string; spanId: string } | undefined;
  let carrierId: string | undefined;
  for (;;) {
    const trace = await store.get(info.traceId, { maxSpans: spansPerPage, ...(after && { after }) });
    // Deleted meanwhile, or the last page was full.
    const last = trace?.data.spans.at(-1);
    if (!trace || !last) return;
    const { spans } = trace.data;
    const isWhole = after === undefined && spans.length < spansPerPage;
    carrierId ??= carrierOf(isWhole ? spans : await skeleton(store, info.traceId))?.spanId;
    yield { ...trace.data, spans: withCarrierId(spans, info, carrierId) };
    if (spans.length < spansPerPage) return;
    after = { startTimeUnixNano: last.startTimeUnixNano, spanId: last.spanId };
  }
}

async function skeleton(store: TraceStore, traceId: string) {
  return (await store.get(traceId, { include: "digests" }))?.data.digests ?? [];
}

interface CarrierCandidate {
  readonly spanId: string;
  readonly parentSpanId?: string;
}

/** The root, or the first span. */
function carrierOf(spans: readonly CarrierCandidate[]): CarrierCandidate | undefined {
  return spans.find(({ parentSpanId }) => parentSpanId === undefined) ?? spans[0];
}

function withCarrier(
  spans: readonly Span[],
  info: TraceInfo,
  all: readonly CarrierCandidate[],
): readonly Span[] {
  return withCarrierId(spans, info, carrierOf(all)?.spanId);
}

function withCarrierId(
  spans: readonly Span[],
  info: TraceInfo,
  carrierId: string | undefined,
): readonly Span[] {
  return spans.map((span) => (span.spanId === carrierId ? carry(span, info) : span));
}
