import type { SpanDigest, Trace } from "@spanbook/core/model";
import {
  planSearch,
  type GetOptions,
  type OrderTerm,
  type StatsQuery,
  type TraceQuery,
} from "@spanbook/core/store";
import { digestsOf } from "./derive/digests.js";
import { orderTraces } from "./derive/trace-list.js";
import type { TraceReader } from "./source.js";

type SnapshotReader = TraceReader & Required<Pick<TraceReader, "stats">>;

/** Reads traces that lie in memory and do not change, their info untouched. */
export function createSnapshotReader(given: readonly Trace[]): SnapshotReader {
  const byId = new Map(given.map((trace) => [trace.info.traceId, trace]));

  /** The evaluator comes when something is looked for first. */
  async function find(filter: TraceQuery["filter"]): Promise<readonly Trace[]> {
    if (filter === undefined || filter === "") return given;
    const { findTraces } = await import("./snapshot-search.js");
    return findTraces(given, filter);
  }

  /** What was found last, in order: the pages of a search are read one after the other. */
  let found: { readonly key: string; readonly traces: Promise<readonly Trace[]> } | undefined;

  function findInOrder(
    { filter, orderBy }: TraceQuery,
    terms: readonly OrderTerm[],
  ): Promise<readonly Trace[]> {
    const key = JSON.stringify([filter, orderBy]);
    if (found?.key !== key) {
      found = { key, traces: find(filter).then((traces) => orderTraces(traces, terms, ({ info }) => info)) };
    }
    return found.traces;
  }

  return {
    search: async ({ pageToken = "0", ...query }: TraceQuery) => {
      const { terms, maxResults } = planSearch(query);
      const traces = await findInOrder(query, terms);
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
      const spans = toPage(data.spans, page);
      if (include !== "digests") return { info, data: { ...data, spans } };
      const part = { info, data: { ...data, spans, digests: toPage(data.digests, page) } };
      return { info, data: { ...emptyData, digests: digestsOf(part) } };
    },
    getSpan: async (traceId, spanId) => byId.get(traceId)?.data.spans.find((span) => span.spanId === spanId),
    stats: async (query: StatsQuery) => {
      const { toStats } = await import("./snapshot-search.js");
      return toStats(await find(query.filter), query);
    },
    changes: async (since) => ({ changes: [], revision: since, hasMore: false }),
  };
}

const emptyData = { spans: [], digests: [], resources: {}, scopes: {} };

/** The part of the spans that is asked for, in their order. */
function toPage<Item extends Pick<SpanDigest, "spanId">>(
  items: readonly Item[],
  { maxSpans, after }: Pick<GetOptions, "maxSpans" | "after">,
): readonly Item[] {
  const start = after ? items.findIndex(({ spanId }) => spanId === after.spanId) + 1 : 0;
  return start === 0 && maxSpans === undefined ? items : items.slice(start, start + (maxSpans ?? Infinity));
}
