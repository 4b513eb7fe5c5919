import { digestSpan } from "../model/every-dialect.js";
import type { Origins, Span } from "../model/span.js";
import type { SpanDigest, Trace, TraceData, TraceInfo } from "../model/trace.js";
import type { FilterTree } from "../search/tree.js";
import type { GetOptions, TraceStore } from "../store/contract.js";
import { storeError } from "../store/errors.js";
import { toCarriedAttributes } from "./trace-carrier.js";

const spansPerPage = 1000;
/** As many as a store returns at once, because a store in memory looks at all its traces for each page. */
const tracesPerPage = 1000;

/** Spans of one trace, with their resources and scopes. */
export type SpanPage = Origins & { readonly spans: readonly Span[] };

/** The same, with spans as their stored JSON text if they need not be parsed. */
export type PayloadPage = Origins & { readonly spans: readonly (Span | string)[] };

/**
 * The spans of a source a page at a time, trace by trace, oldest first; one span of each trace carries what is said
 * about the trace. Those of a store are JSON text, unless spans are requested.
 */
export async function* tracePages(
  source: TraceStore | Trace | readonly Trace[],
  filter: string | FilterTree | undefined,
  include: "spans" | "records",
): AsyncGenerator<PayloadPage> {
  if (isStore(source)) {
    const askFirst = ({ traceId }: TraceInfo) => askForPage(source, traceId, include);
    for await (const { info, answer } of askAhead(traceInfos(source, filter), askFirst)) {
      yield* pagesOf(source, info, include, answer);
    }
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
  const askWhole = ({ traceId }: TraceInfo) => ask(source, traceId);
  for await (const { answer } of askAhead(traceInfos(source), askWhole)) {
    const trace = await answer;
    if (trace) yield trace; // otherwise it was deleted meanwhile
  }
}

type Answer = Promise<Trace | undefined>;

/** A failure reaches the reader when it is this trace's turn, unless it has stopped reading before. */
function ask(store: TraceStore, traceId: string, options?: GetOptions): Answer {
  const answer = store.get(traceId, options);
  answer.catch(() => undefined);
  return answer;
}

function askForPage(
  store: TraceStore,
  traceId: string,
  include: "spans" | "records",
  after?: GetOptions["after"],
): Answer {
  return ask(store, traceId, { include, maxSpans: spansPerPage, ...(after && { after }) });
}

/**
 * Requests traces ahead of time, so that a store in a worker need not wait for the reader. Those requested together
 * have no more spans than a page, unless it is a single trace.
 */
async function* askAhead(
  infos: AsyncIterable<TraceInfo>,
  askFor: (info: TraceInfo) => Answer,
): AsyncGenerator<{ readonly info: TraceInfo; readonly answer: Answer }> {
  let asked: { readonly info: TraceInfo; readonly answer: Answer }[] = [];
  let spanCount = 0;
  for await (const info of infos) {
    if (spanCount + info.spanCount > spansPerPage) {
      yield* asked;
      asked = [];
      spanCount = 0;
    }
    asked.push({ info, answer: askFor(info) });
    spanCount += info.spanCount;
  }
  yield* asked;
}

/** The infos of a store's traces that match the filter, oldest first. */
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

/** Works behind Comlink too, whose proxies are functions and have every property. */
export function isStore(source: TraceStore | Trace | readonly Trace[]): source is TraceStore {
  return typeof source === "function" || "search" in source;
}

/** The spans of one trace of a store a page at a time, in order. */
export function spanPages(store: TraceStore, info: TraceInfo): AsyncGenerator<SpanPage> {
  const first = askForPage(store, info.traceId, "spans");
  return pagesOf(store, info, "spans", first) as AsyncGenerator<SpanPage>;
}

async function* pagesOf(
  store: TraceStore,
  info: TraceInfo,
  include: "spans" | "records",
  first: Answer,
): AsyncGenerator<PayloadPage> {
  let carrierId: string | undefined;
  let answer: Answer | undefined = first;
  while (answer) {
    const trace = await answer;
    if (!trace) return; // deleted meanwhile
    const { data } = trace;
    const found: readonly Place[] = data.payloads ? data.digests : data.spans;
    const last = found.at(-1);
    if (!last) return; // the last page was full
    const isLast = found.length < spansPerPage;
    carrierId ??= carrierOf(isLast ? found : await skeleton(store, info.traceId))?.spanId;
    const { startTimeUnixNano, spanId } = last;
    // Requested while this one is being read.
    answer = isLast ? undefined : askForPage(store, info.traceId, include, { startTimeUnixNano, spanId });
    yield { ...data, spans: withCarrier(data, info, carrierId) };
  }
}

async function skeleton(store: TraceStore, traceId: string) {
  return (await store.get(traceId, { include: "digests" }))?.data.digests ?? [];
}

/** A span's position in its trace, whether taken from the span or its digest. */
type Place = Pick<SpanDigest, "spanId" | "parentSpanId" | "startTimeUnixNano">;

/** The root, or the first span. */
function carrierOf(spans: readonly Place[]): Place | undefined {
  return spans.find(({ parentSpanId }) => parentSpanId === undefined) ?? spans[0];
}

/** The spans as they are, except for the carrier, which is parsed if it has something to carry. */
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

/** The span of a page. Throws StoreCorruptError if its text is not JSON. */
export function parsePayload(span: Span | string): Span {
  if (typeof span !== "string") return span;
  try {
    return JSON.parse(span) as Span;
  } catch (cause) {
    throw storeError("StoreCorruptError", "expected JSON as the payload of a span, got other text", {
      cause,
    });
  }
}
