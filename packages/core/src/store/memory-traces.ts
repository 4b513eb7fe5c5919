/** What a store in memory holds: its traces by id, and what it remembers of deleted ones. */
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
import type { Batch, GetOptions, SpanRecord, TraceChange } from "./contract.js";
import { originIdsIn } from "./origin-ids.js";

export interface MemoryTraces {
  apply(batch: Batch): void;
  /** The traces that have spans, of some experiments or of all. */
  infos(experimentIds: readonly string[] | undefined): TraceInfo[];
  /** The newest records of a trace's spans; none if there is no such trace. */
  records(traceId: string): Iterable<SpanRecord>;
  record(traceId: string, spanId: string): SpanRecord | undefined;
  /** Undefined if there is no such trace, or it has no spans. */
  read(traceId: string, options: GetOptions): Trace | undefined;
  /** Deletes a trace: what its recorders still write to it is ignored. */
  bury(traceId: string): void;
  /** The last change of each trace, in no order. */
  changes(): TraceChange[];
  clear(): void;
}

interface StoredTrace {
  readonly fold: TraceFold;
  readonly spans: Map<string, SpanRecord>;
  readonly recorderIds: Set<string>;
  revision: number;
  /** As last computed, perhaps at an earlier revision. */
  info?: TraceInfo | undefined;
}

interface Tombstone {
  readonly recorderIds: Set<string>;
  revision: number;
}

export function createMemoryTraces(): MemoryTraces {
  const traces = new Map<string, StoredTrace>();
  const tombstones = new Map<string, Tombstone>();
  const resources = new Map<string, Resource>();
  const scopes = new Map<string, Scope>();
  const aliveRecorders = new Set<string>();
  const goneRecorders = new Set<string>();
  let revision = 0;

  function infoOf(trace: StoredTrace): TraceInfo | undefined {
    if (trace.info?.revision !== trace.revision) {
      trace.info = toTraceInfo(trace.fold, trace.revision, (recorderId) => aliveRecorders.has(recorderId));
    }
    return trace.info;
  }

  function traceFor(traceId: string): StoredTrace {
    let trace = traces.get(traceId);
    if (!trace) {
      trace = { fold: createFold(traceId), spans: new Map(), recorderIds: new Set(), revision: 0 };
      traces.set(traceId, trace);
    }
    return trace;
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
    apply(batch) {
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
    },

    infos: (experimentIds) =>
      [...traces.values()]
        .flatMap((trace) => infoOf(trace) ?? [])
        .filter(({ experimentId }) => experimentIds?.includes(experimentId ?? "") ?? true),

    records: (traceId) => traces.get(traceId)?.spans.values() ?? [],

    record: (traceId, spanId) => traces.get(traceId)?.spans.get(spanId),

    read(traceId, { include = "spans", maxSpans, after }) {
      const trace = traces.get(traceId);
      const info = trace && infoOf(trace);
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
    },

    bury(traceId) {
      const recorderIds = new Set([
        ...(tombstones.get(traceId)?.recorderIds ?? []),
        ...(traces.get(traceId)?.recorderIds ?? []),
      ]);
      tombstones.set(traceId, { recorderIds, revision: ++revision });
      traces.delete(traceId);
    },

    changes() {
      const changes: TraceChange[] = [];
      for (const [traceId, trace] of traces) {
        if (trace.fold.spanCount > 0) changes.push({ traceId, revision: trace.revision, deleted: false });
      }
      for (const [traceId, tombstone] of tombstones) {
        if (!traces.get(traceId)?.fold.spanCount) {
          changes.push({ traceId, revision: tombstone.revision, deleted: true });
        }
      }
      return changes;
    },

    clear() {
      for (const map of [traces, tombstones, resources, scopes]) map.clear();
    },
  };
}

type SpanPlace = Pick<SpanDigest, "startTimeUnixNano" | "spanId">;

function compareSpans(a: SpanPlace, b: SpanPlace): number {
  const order = compareUnixNano(a.startTimeUnixNano, b.startTimeUnixNano);
  if (order !== 0) return order;
  return a.spanId < b.spanId ? -1 : Number(a.spanId > b.spanId);
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
