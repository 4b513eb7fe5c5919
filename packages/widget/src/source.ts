import { digestSpan, type SpanDigest, type Trace } from "@spanbook/core/model";
import { planSearch, type GetOptions, type TraceQuery, type TraceStore } from "@spanbook/core/store";
import { orderTraces } from "./derive/trace-list.js";

/** What can be shown: a store (also one behind Comlink), a trace, or several. */
export type TraceSource = TraceReader | Trace | readonly Trace[];

/** The part of a store that the explorer reads; with `delete` traces can be deleted, with `write` tags and feedback changed. */
export type TraceReader = Pick<TraceStore, "search" | "get" | "getSpan" | "changes"> &
  Partial<Pick<TraceStore, "delete" | "write">>;

/** Any source as a reader. Traces that were given whole are read as they are, their info untouched. */
export function toReader(source: TraceSource): TraceReader {
  if (isReader(source)) return source;
  return createSnapshotReader("info" in source ? [source] : source);
}

/** Tells a store from traces. One behind Comlink is a function, whatever it is asked for. */
export function isReader<Reader extends Pick<TraceReader, "search">>(
  source: Reader | Trace | readonly Trace[],
): source is Reader {
  return typeof source === "function" || "search" in source;
}

/** Reads traces that lie in memory and do not change. */
function createSnapshotReader(given: readonly Trace[]): TraceReader {
  const byId = new Map(given.map((trace) => [trace.info.traceId, trace]));
  return {
    search: async ({ pageToken = "0", ...query }: TraceQuery) => {
      const { terms, maxResults } = planSearch(query);
      const traces = orderTraces(given, terms, ({ info }) => info);
      const start = Number(pageToken);
      const end = start + maxResults;
      return {
        traces: traces.slice(start, end).map(({ info }) => ({ info, data: emptyData })),
        ...(end < traces.length && { nextPageToken: String(end) }),
      };
    },
    get: async (traceId, { include, ...page } = {}) => {
      const trace = byId.get(traceId);
      if (trace === undefined) return undefined;
      const { info, data } = trace;
      if (include === "digests") {
        return { info, data: { ...emptyData, digests: toPage(digestsOf(trace), page) } };
      }
      return { info, data: { ...data, spans: toPage(data.spans, page) } };
    },
    getSpan: async (traceId, spanId) => byId.get(traceId)?.data.spans.find((span) => span.spanId === spanId),
    changes: async (since) => ({ changes: [], revision: since, hasMore: false }),
  };
}

/** The part of the spans that is asked for, in their order. */
function toPage<Item extends Pick<SpanDigest, "spanId">>(
  items: readonly Item[],
  { maxSpans, after }: Pick<GetOptions, "maxSpans" | "after">,
): readonly Item[] {
  const start = after ? items.findIndex(({ spanId }) => spanId === after.spanId) + 1 : 0;
  return start === 0 && maxSpans === undefined ? items : items.slice(start, start + (maxSpans ?? Infinity));
}

const emptyData = { spans: [], digests: [], resources: {}, scopes: {} };

function digestsOf({ data }: Trace): readonly SpanDigest[] {
  return data.digests.length > 0 ? data.digests : data.spans.map((span) => digestSpan(span, 0));
}
