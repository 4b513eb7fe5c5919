import type { Span } from "../model/span.js";
import type { Trace, TraceInfo } from "../model/trace.js";
import { toFilterTree } from "../search/check-filter.js";
import { compileFilter } from "../search/evaluate.js";
import { toFilterAssessments, type FilterSpan } from "../search/subject.js";
import type { FilterTree } from "../search/tree.js";
import { createCallQueue } from "./call-queue.js";
import {
  checkBatch,
  checkChangesArguments,
  checkGetOptions,
  checkIds,
  checkSelector,
  checkStatsQuery,
} from "./checks.js";
import type {
  DeleteSelector,
  SpanRecord,
  StatsQuery,
  TracePage,
  TraceQuery,
  TraceStats,
  TraceStore,
} from "./contract.js";
import { createMemoryTraces } from "./memory-traces.js";
import { createSpanGroups, isWithin, toTraceFigures, toTraceStats } from "./stats.js";
import { compareOrderKeys, planSearch, toOrderKey, toPageToken, toStartKey } from "./trace-order.js";

const encoder = new TextEncoder();

/**
 * The reference store: everything in memory, gone with the page or the process. Kept small and plain, because the other
 * stores are compared with it.
 */
export function createMemoryStore(): TraceStore {
  const queue = createCallQueue();
  const traces = createMemoryTraces();

  /** Pauses after each trace. */
  function* findInfos(
    experimentIds: readonly string[] | undefined,
    filter: FilterTree | undefined,
  ): Generator<void, TraceInfo[]> {
    const candidates = traces.infos(experimentIds);
    if (!filter) return candidates;
    const matches = compileFilter(filter);
    const found: TraceInfo[] = [];
    for (const info of candidates) {
      const subject = {
        info,
        assessments: toFilterAssessments(info),
        get spans() {
          return Array.from(traces.records(info.traceId), (record) => new StoredSpan(record));
        },
      };
      if (matches(subject)) found.push(info);
      yield;
    }
    return found;
  }

  /** The newest traces that together take at most this many bytes. */
  function newestWithin(keepBytes: number): ReadonlySet<string> {
    const { terms } = planSearch({});
    const newest = traces
      .infos(undefined)
      .map((info) => ({ traceId: info.traceId, key: toOrderKey(info, terms) }))
      .sort((a, b) => compareOrderKeys(a.key, b.key, terms));
    const kept = new Set<string>();
    let bytes = 0;
    for (const { traceId } of newest) {
      for (const { payload } of traces.records(traceId)) bytes += encoder.encode(payload).length;
      if (bytes > keepBytes) break;
      kept.add(traceId);
    }
    return kept;
  }

  return {
    write: (batch) =>
      queue.run(() => {
        checkBatch(batch);
        traces.apply(batch);
      }),

    search: (query: TraceQuery) =>
      queue.runSliced(function* (): Generator<void, TracePage> {
        const { terms, maxResults, after } = planSearch(query);
        const found = (yield* findInfos(query.experimentIds, toFilterTree(query.filter)))
          .map((info) => ({ info, key: toOrderKey(info, terms) }))
          .filter(({ key }) => !after || compareOrderKeys(key, after, terms) > 0)
          .sort((a, b) => compareOrderKeys(a.key, b.key, terms));
        yield;
        const page = found.slice(0, maxResults);
        const result: Trace[] = [];
        for (const { info } of page) {
          const trace = query.includeSpans ? traces.read(info.traceId, {}) : undefined;
          result.push(trace ?? { info, data: { spans: [], digests: [], resources: {}, scopes: {} } });
          yield;
        }
        const last = page.at(-1);
        if (!last || found.length === page.length) return { traces: result };
        return { traces: result, nextPageToken: toPageToken(last.key, query) };
      }, query.requestId),

    get: (traceId, options = {}) =>
      queue.run(() => {
        checkIds({ traceId });
        checkGetOptions(options);
        return traces.read(traceId, options);
      }, options.requestId),

    getSpan: (traceId, spanId) =>
      queue.run(() => {
        checkIds({ traceId, spanId });
        const record = traces.record(traceId, spanId);
        return record && (JSON.parse(record.payload) as Span);
      }),

    delete: (selector: DeleteSelector) =>
      queue.run(() => {
        checkSelector(selector);
        const { traceIds, experimentId, beforeMs = Infinity, maxTraces, keepBytes } = selector;
        const wanted = traceIds && new Set(traceIds);
        const kept = keepBytes === undefined ? undefined : newestWithin(keepBytes);
        const chosen = traces
          .infos(experimentId === undefined ? undefined : [experimentId])
          .filter((info) => (wanted?.has(info.traceId) ?? true) && info.requestTime < beforeMs)
          .filter((info) => !kept?.has(info.traceId))
          .sort((a, b) => (toTraceKey(a) < toTraceKey(b) ? -1 : 1))
          .slice(0, maxTraces);
        for (const { traceId } of chosen) traces.bury(traceId);
        return chosen.length;
      }),

    stats: (query: StatsQuery) =>
      queue.runSliced(function* (): Generator<void, TraceStats> {
        checkStatsQuery(query);
        const found = yield* findInfos(query.experimentIds, toFilterTree(query.filter));
        const chosen = found.filter(({ requestTime }) => isWithin(requestTime, query));
        yield;
        const groups = createSpanGroups();
        for (const { traceId } of chosen) {
          for (const { digest } of traces.records(traceId)) groups.add(digest);
          yield;
        }
        const figures = chosen.map((info) => toTraceFigures(info, query.groupBy));
        return toTraceStats(figures, groups.toSpanGroups(), query);
      }, query.requestId),

    changes: (since, limit) =>
      queue.run(() => {
        checkChangesArguments(since, limit);
        const later = traces
          .changes()
          .filter((change) => change.revision > since)
          .sort((a, b) => a.revision - b.revision);
        const changes = later.slice(0, limit);
        return {
          changes,
          revision: changes.at(-1)?.revision ?? since,
          hasMore: later.length > changes.length,
        };
      }),

    cancel: (requestId) => Promise.resolve(queue.cancel(requestId)),

    close: () => queue.close(traces.clear),
  };
}

/**
 * A stored span, whose payload is parsed when a filter first needs it. A class, because objects with own getters are
 * slow to create.
 */
class StoredSpan implements FilterSpan {
  readonly digest: SpanRecord["digest"];
  readonly #payload: string;
  #span: Span | undefined;

  constructor({ digest, payload }: SpanRecord) {
    this.digest = digest;
    this.#payload = payload;
  }

  get span(): Span {
    return (this.#span ??= JSON.parse(this.#payload) as Span);
  }
}

function toTraceKey({ startTimeUnixNano, traceId }: TraceInfo): string {
  return toStartKey(startTimeUnixNano) + traceId;
}
