import { digestSpan } from "../model/every-dialect.js";
import type { Origins, Span } from "../model/span.js";
import type { SpanDigest, Trace, TraceData, TraceInfo } from "../model/trace.js";
import type { FilterTree } from "../search/tree.js";
import type { TraceStore } from "../store/contract.js";
import { storeError } from "../store/errors.js";
import { toCarriedAttributes } from "./trace-carrier.js";

const spansPerPage = 1000;
/** As many as a store gives at once: one in memory looks at all its traces for each page. */
const tracesPerPage = 1000;

/** Spans of one trace, with their resources and scopes. */
export type SpanPage = Origins & { readonly spans: readonly Span[] };

/** The same, each as it lies in its store, where it need not be parsed: its JSON text. */
export type PayloadPage = Origins & { readonly spans: readonly (Span | string)[] };

/**
 * The spans of a source a page at a time, trace by trace, oldest first; one span of each trace carries what is said of the
 * trace. Those of a store are JSON text, unless spans are asked for.
 */
export async function* tracePages(
  source: TraceStore | Trace | readonly Trace[],
  filter: string | FilterTree | undefined,
  include: "spans" | "records",
): AsyncGenerator<PayloadPage> {
  if (isStore(source)) {
    for await (const info of traceInfos(source, filter)) yield* pagesOf(source, info, include);
    return;
  }
  for (const { info, data } of "info" in source ? [source] : source) {
    const spans = withCarrier(data, info, carrierOf(data.spans)?.spanId);
    for (let at = 0; at < spans.length; at += spansPerPage) {
      yield { ...data, spans: spans.slice(at, at + spansPerPage) };
    }
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
export function isStore(source: TraceStore | Trace | readonly Trace[]): source is TraceStore {
  return typeof source === "function" || "search" in source;
}

/** The spans of one trace of a store a page at a time, in order. */
export function spanPages(store: TraceStore, info: TraceInfo): AsyncGenerator<SpanPage> {
  return pagesOf(store, info, "spans") as AsyncGenerator<SpanPage>;
}

async function* pagesOf(
  store: TraceStore,
  info: TraceInfo,
  include: "spans" | "records",
): AsyncGenerator<PayloadPage> {
  let after: { startTimeUnixNano: string; spanId: string } | undefined;
  let carrierId: string | undefined;
  for (;;) {
    const trace = await store.get(info.traceId, { include, maxSpans: spansPerPage, ...(after && { after }) });
    if (!trace) return; // deleted meanwhile
    const { data } = trace;
    const found: readonly Place[] = data.payloads ? data.digests : data.spans;
    const last = found.at(-1);
    if (!last) return; // the last page was full
    const isWhole = after === undefined && found.length < spansPerPage;
    carrierId ??= carrierOf(isWhole ? found : await skeleton(store, info.traceId))?.spanId;
    yield { ...data, spans: withCarrier(data, info, carrierId) };
    if (found.length < spansPerPage) return;
    after = { startTimeUnixNano: last.startTimeUnixNano, spanId: last.spanId };
  }
}

async function skeleton(store: TraceStore, traceId: string) {
  return (await store.get(traceId, { include: "digests" }))?.data.digests ?? [];
}

/** Where a span stands in its trace: of a span and of its digest alike. */
type Place = Pick<SpanDigest, "spanId" | "parentSpanId" | "startTimeUnixNano">;

/** The root, or the first span. */
function carrierOf(spans: readonly Place[]): Place | undefined {
  return spans.find(({ parentSpanId }) => parentSpanId === undefined) ?? spans[0];
}

/** The spans as they are, but for the one that carries. It is parsed if it has something to carry. */
function withCarrier(
  { spans, digests, payloads }: TraceData,
  info: TraceInfo,
  carrierId: string | undefined,
): readonly (Span | string)[] {
  const all: readonly (Span | string)[] = payloads ?? spans;
  const place = (payloads ? digests : spans).findIndex(({ spanId }) => spanId === carrierId);
  const carrier = all[place];
  if (carrier === undefined) return all;
  const own = typeof carrier === "string" ? digests[place] : digestSpan(carrier, 0);
  const carried = own ? toCarriedAttributes(own, info) : {};
  if (Object.keys(carried).length === 0) return all;
  const span = parsePayload(carrier);
  return all.with(place, { ...span, attributes: { ...span.attributes, ...carried } });
}

/** The span of a page. Throws StoreCorruptError where its text is no JSON. */
export function parsePayload(span: Span | string): Span {
  if (typeof span !== "string") return span;
  try {
    return JSON.parse(span) as Span;
  } catch (cause) {
    throw storeError("StoreCorruptError", "expected JSON as the payload of a span, got a text that is none", {
      cause,
    });
  }
}
