import type { SpanDigest, Trace } from "@spanbook/core/model";
import {
  planSearch,
  type GetOptions,
  type OrderTerm,
  type StatsQuery,
  type TraceQuery,
} from "@spanbook/core/store";
import { digestsOf } from "../derive/digests.js";
import { orderTraces } from "../derive/trace-list.js";
import type { TraceReader } from "./source.js";

type SnapshotReader = TraceReader & Required<Pick<TraceReader, "stats" | "cancel">>;

/** Reads traces that are in memory and do not change, with their info as it is. */
export function createSnapshotReader(given: readonly Trace[]): SnapshotReader {
  const byId = new Map(given.map((trace) => [trace.info.traceId, trace]));

  /** Running requests, with the controllers that cancel them. */
  const running = new Map<string, AbortController>();

  async function run<Result>(
    requestId: string | undefined,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController();
    if (requestId === undefined) return work(controller.signal);
    running.set(requestId, controller);
    try {
      const result = await work(controller.signal);
      controller.signal.throwIfAborted();
      return result;
    } finally {
      running.delete(requestId);
    }
  }

  /** What was found last: the figures of a search follow it. */
  let found: Found | undefined;
  /** The same, sorted: the pages of a search are read one after the other. */
  let ordered: Found | undefined;

  /** The evaluator is loaded at the first search. */
  async function find(filter: TraceQuery["filter"], signal: AbortSignal): Promise<readonly Trace[]> {
    if (filter === undefined || filter === "") return given;
    const key = JSON.stringify(filter);
    if (found?.key === key) return found.traces;
    const { findTraces } = await import("./snapshot-search.js");
    const traces = await findTraces(given, filter, signal);
    found = { key, traces };
    return traces;
  }

  async function findInOrder(
    { filter, orderBy }: TraceQuery,
    terms: readonly OrderTerm[],
    signal: AbortSignal,
  ): Promise<readonly Trace[]> {
    const key = JSON.stringify([filter, orderBy]);
    if (ordered?.key === key) return ordered.traces;
    const traces = orderTraces(await find(filter, signal), terms, ({ info }) => info);
    ordered = { key, traces };
    return traces;
  }

  return {
    search: async ({ pageToken = "0", ...query }: TraceQuery) => {
      const { terms, maxResults } = planSearch(query);
      const traces = await run(query.requestId, (signal) => findInOrder(query, terms, signal));
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
    stats: (query: StatsQuery) =>
      run(query.requestId, async (signal) => {
        const { toStats } = await import("./snapshot-search.js");
        return toStats(await find(query.filter, signal), query, signal);
      }),
    cancel: async (requestId) => running.get(requestId)?.abort(),
    changes: async (since) => ({ changes: [], revision: since, hasMore: false }),
  };
}

interface Found {
  readonly key: string;
  readonly traces: readonly Trace[];
}

const emptyData = { spans: [], digests: [], resources: {}, scopes: {} };

/** The requested part of the spans, in order. */
function toPage<Item extends Pick<SpanDigest, "spanId">>(
  items: readonly Item[],
  { maxSpans, after }: Pick<GetOptions, "maxSpans" | "after">,
): readonly Item[] {
  const start = after ? items.findIndex(({ spanId }) => spanId === after.spanId) + 1 : 0;
  return start === 0 && maxSpans === undefined ? items : items.slice(start, start + (maxSpans ?? Infinity));
}
