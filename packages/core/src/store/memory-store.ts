import type { Origins, Resource, Scope, Span } from "../model/span.js";
import {
  awaitedRecorder,
  createFold,
  foldPatch,
  foldSpan,
  supersedes,
  toTraceInfo,
  type TraceFold,
} from "../model/summary.js";
import { compareUnixNano } from "../model/time.js";
import type { SpanDigest, Trace, TraceInfo } from "../model/trace.js";
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
  Batch,
  Changes,
  DeleteSelector,
  GetOptions,
  SpanRecord,
  StatsQuery,
  TracePage,
} from "./contract.js";
import type { TraceChange, TraceQuery, TraceStats, TraceStore } from "./contract.js";
import { originIdsIn } from "./origin-ids.js";
import { createSpanGroups, isWithin, toTraceFigures, toTraceStats } from "./stats.js";
import { compareOrderKeys, planSearch, toOrderKey, toPageToken, toStartKey } from "./trace-order.js";

interface StoredTrace {
  readonly fold: TraceFold;
  readonly spans: Map<string, SpanRecord>;
  readonly recorderIds: Set<string>;
  revision: number;
}

interface Tombstone {
  readonly recorderIds: Set<string>;
  revision: number;
}

const encoder = new TextEncoder();

/**
 * The reference store: everything in memory, gone with the page or the process. Small and plain, because the other stores
 * are compared with it.
 */
export function createMemoryStore(): TraceStore {
  const queue = createCallQueue();
  const traces = new Map<string, StoredTrace>();
  const tombstones = new Map<string, Tombstone>();
  const resources = new Map<string, Resource>();
  const scopes = new Map<string, Scope>();
  const aliveRecorders = new Set<string>();
  const goneRecorders = new Set<string>();
  let revision = 0;

  function infoOf(trace: StoredTrace): TraceInfo | undefined {
    return toTraceInfo(trace.fold, trace.revision, (recorderId) => aliveRecorders.has(recorderId));
  }

  function infos(experimentIds: readonly string[] | undefined): TraceInfo[] {
    return [...traces.values()]
      .flatMap((trace) => infoOf(trace) ?? [])
      .filter(({ experimentId }) => experimentIds?.includes(experimentId ?? "") ?? true);
  }

  /** Pauses after each trace. */
  function* findInfos(
    experimentIds: readonly string[] | undefined,
    filter: FilterTree | undefined,
  ): Generator<void, TraceInfo[]> {
    const candidates = infos(experimentIds);
    if (!filter) return candidates;
    const matches = compileFilter(filter);
    const found: TraceInfo[] = [];
    for (const info of candidates) {
      const { spans } = traceFor(info.traceId);
      const subject = {
        info,
        assessments: toFilterAssessments(info),
        get spans() {
          return Array.from(spans.values(), toFilterSpan);
        },
      };
      if (matches(subject)) found.push(info);
      yield;
    }
    return found;
  }

  function traceFor(traceId: string): StoredTrace {
    let trace = traces.get(traceId);
    if (!trace) {
      trace = { fold: createFold(traceId), spans: new Map(), recorderIds: new Set(), revision: 0 };
      traces.set(traceId, trace);
    }
    return trace;
  }

  function apply(batch: Batch): void {
    const { recorderId } = batch;
    const changed = new Set<StoredTrace>();
    const isBuried = (traceId: string) => tombstones.get(traceId)?.recorderIds.has(recorderId);
    for (const [id, resource] of Object.entries(batch.origins.resources)) resources.set(id, resource);
    for (const [id, scope] of Object.entries(batch.origins.scopes)) scopes.set(id, scope);
    for (const record of batch.spans) {
      const { digest } = record;
      if (isBuried(digest.traceId)) continue;
      const trace = traceFor(digest.traceId);
      trace.recorderIds.add(recorderId);
      const stored = trace.spans.get(digest.spanId)?.digest;
      if (stored && !supersedes(digest, stored)) continue;
      trace.spans.set(digest.spanId, record);
      foldSpan(trace.fold, digest, recorderId, stored);
      changed.add(trace);
    }
    for (const patch of batch.patches) {
      if (isBuried(patch.traceId)) continue;
      const trace = traceFor(patch.traceId);
      trace.recorderIds.add(recorderId);
      if (foldPatch(trace.fold, patch)) changed.add(trace);
    }
    if (batch.final) {
      goneRecorders.add(recorderId);
      if (aliveRecorders.delete(recorderId)) {
        for (const trace of traces.values()) {
          if (awaitedRecorder(trace.fold) === recorderId) changed.add(trace);
        }
      }
    } else if (!goneRecorders.has(recorderId)) {
      aliveRecorders.add(recorderId);
    }
    for (const trace of changed) trace.revision = ++revision;
  }

  function read(trace: StoredTrace, { include = "spans", maxSpans, after }: GetOptions): Trace | undefined {
    const info = infoOf(trace);
    if (!info) return undefined;
    const all = [...trace.spans.values()];
    const records = (after ? all.filter(({ digest }) => compareSpans(digest, after) > 0) : all)
      .sort((a, b) => compareSpans(a.digest, b.digest))
      .slice(0, maxSpans);
    const digests = include === "spans" ? [] : records.map(({ digest }) => digest);
    if (include === "digests") return { info, data: { spans: [], digests, resources: {}, scopes: {} } };
    const payloads = records.map(({ payload }) => payload);
    if (include === "records") {
      return { info, data: { spans: [], digests, payloads, ...originsIn(payloads) } };
    }
    const spans = payloads.map((payload) => JSON.parse(payload) as Span);
    return { info, data: { spans, digests, ...originsOf(spans) } };
  }

  /** The newest traces that together take no more than that. */
  function newestWithin(keepBytes: number): ReadonlySet<string> {
    const { terms } = planSearch({});
    const newest = infos(undefined)
      .map((info) => ({ traceId: info.traceId, key: toOrderKey(info, terms) }))
      .sort((a, b) => compareOrderKeys(a.key, b.key, terms));
    const kept = new Set<string>();
    let bytes = 0;
    for (const { traceId } of newest) {
      for (const { payload } of traceFor(traceId).spans.values()) bytes += encoder.encode(payload).length;
      if (bytes > keepBytes) break;
      kept.add(traceId);
    }
    return kept;
  }

  function originsOf(spans: readonly Span[]): Origins {
    return {
      resources: pick(resources, new Set(spans.map(({ resourceId }) => resourceId))),
      scopes: pick(scopes, new Set(spans.map(({ scopeId }) => scopeId))),
    };
  }

  function originsIn(payloads: readonly string[]): Origins {
    const { resourceIds, scopeIds } = originIdsIn(payloads);
    return { resources: pick(resources, resourceIds), scopes: pick(scopes, scopeIds) };
  }

  return {
    write: (batch) =>
      queue.run(function* () {
        checkBatch(batch);
        apply(batch);
      }),

    search: (query: TraceQuery) =>
      queue.run(function* (): Generator<void, TracePage> {
        const { terms, maxResults, after } = planSearch(query);
        const found = (yield* findInfos(query.experimentIds, toFilterTree(query.filter)))
          .map((info) => ({ info, key: toOrderKey(info, terms) }))
          .filter(({ key }) => !after || compareOrderKeys(key, after, terms) > 0)
          .sort((a, b) => compareOrderKeys(a.key, b.key, terms));
        yield;
        const page = found.slice(0, maxResults);
        const result: Trace[] = [];
        for (const { info } of page) {
          const trace = query.includeSpans ? read(traceFor(info.traceId), {}) : undefined;
          result.push(trace ?? { info, data: { spans: [], digests: [], resources: {}, scopes: {} } });
          yield;
        }
        const last = page.at(-1);
        if (!last || found.length === page.length) return { traces: result };
        return { traces: result, nextPageToken: toPageToken(last.key, query) };
      }, query.requestId),

    get: (traceId, options = {}) =>
      queue.run(function* () {
        checkIds({ traceId });
        checkGetOptions(options);
        const trace = traces.get(traceId);
        return trace && read(trace, options);
      }, options.requestId),

    getSpan: (traceId, spanId) =>
      queue.run(function* () {
        checkIds({ traceId, spanId });
        const record = traces.get(traceId)?.spans.get(spanId);
        return record && (JSON.parse(record.payload) as Span);
      }),

    delete: (selector: DeleteSelector) =>
      queue.run(function* () {
        checkSelector(selector);
        const { traceIds, experimentId, beforeMs = Infinity, maxTraces, keepBytes } = selector;
        const wanted = traceIds && new Set(traceIds);
        const kept = keepBytes === undefined ? undefined : newestWithin(keepBytes);
        const chosen = infos(experimentId === undefined ? undefined : [experimentId])
          .filter((info) => (wanted?.has(info.traceId) ?? true) && info.requestTime < beforeMs)
          .filter((info) => !kept?.has(info.traceId))
          .sort((a, b) => (toTraceKey(a) < toTraceKey(b) ? -1 : 1))
          .slice(0, maxTraces);
        for (const { traceId } of chosen) {
          const buried = tombstones.get(traceId)?.recorderIds ?? [];
          const recorderIds = new Set([...buried, ...traceFor(traceId).recorderIds]);
          tombstones.set(traceId, { recorderIds, revision: ++revision });
          traces.delete(traceId);
        }
        return chosen.length;
      }),

    stats: (query: StatsQuery) =>
      queue.run(function* (): Generator<void, TraceStats> {
        checkStatsQuery(query);
        const found = yield* findInfos(query.experimentIds, toFilterTree(query.filter));
        const chosen = found.filter(({ requestTime }) => isWithin(requestTime, query));
        yield;
        const groups = createSpanGroups();
        for (const { traceId } of chosen) {
          for (const { digest } of traceFor(traceId).spans.values()) groups.add(digest);
          yield;
        }
        const figures = chosen.map((info) => toTraceFigures(info, query.groupBy));
        return toTraceStats(figures, groups.toSpanGroups(), query);
      }, query.requestId),

    changes: (since, limit) =>
      queue.run(function* (): Generator<void, Changes> {
        checkChangesArguments(since, limit);
        const all: TraceChange[] = [];
        for (const [traceId, trace] of traces) {
          if (trace.fold.spanCount > 0) all.push({ traceId, revision: trace.revision, deleted: false });
        }
        for (const [traceId, tombstone] of tombstones) {
          if (!traces.get(traceId)?.fold.spanCount) {
            all.push({ traceId, revision: tombstone.revision, deleted: true });
          }
        }
        const later = all.filter((change) => change.revision > since).sort((a, b) => a.revision - b.revision);
        const changes = later.slice(0, limit);
        return {
          changes,
          revision: changes.at(-1)?.revision ?? since,
          hasMore: later.length > changes.length,
        };
      }),

    cancel: (requestId) => Promise.resolve(queue.cancel(requestId)),

    close: () =>
      queue.close(() => {
        for (const map of [traces, tombstones, resources, scopes]) map.clear();
      }),
  };
}

/** Its payload is read when a filter asks for it, once. */
function toFilterSpan({ digest, payload }: SpanRecord): FilterSpan {
  let span: Span | undefined;
  return {
    digest,
    get span() {
      return (span ??= JSON.parse(payload) as Span);
    },
  };
}

type SpanPlace = Pick<SpanDigest, "startTimeUnixNano" | "spanId">;

function compareSpans(a: SpanPlace, b: SpanPlace): number {
  const order = compareUnixNano(a.startTimeUnixNano, b.startTimeUnixNano);
  if (order !== 0) return order;
  return a.spanId < b.spanId ? -1 : Number(a.spanId > b.spanId);
}

function toTraceKey({ startTimeUnixNano, traceId }: TraceInfo): string {
  return toStartKey(startTimeUnixNano) + traceId;
}

function pick<Item>(
  items: ReadonlyMap<string, Item>,
  ids: ReadonlySet<string | undefined>,
): Record<string, Item> {
  const entries: [string, Item][] = [];
  for (const id of ids) {
    const item = id === undefined ? undefined : items.get(id);
    if (id !== undefined && item !== undefined) entries.push([id, item]);
  }
  return Object.fromEntries(entries);
}
