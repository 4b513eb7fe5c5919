import type { Trace } from "@spanbook/core/model";
import type { TraceChange } from "@spanbook/core/store";
import { createSnapshotReader } from "./snapshot-reader.js";
import type { TraceReader } from "./source.js";

export interface ReplaceableReader {
  readonly reader: TraceReader;
  /** Replaces all traces with these; whoever follows the reader learns which have changed. */
  replace(traces: readonly Trace[]): void;
}

/**
 * Reads traces in memory that are replaced as a whole, so that an explorer stays where its user is. A trace has changed if
 * `versionOf` returns another value for it. A changed trace gets a new revision from the reader, higher than any that it or the
 * given traces had before.
 */
export function createReplaceableReader(
  versionOf: (trace: Trace) => string | number,
  given: readonly Trace[] = [],
): ReplaceableReader {
  /** The last change of each changed trace, in order. */
  const changes = new Map<string, TraceChange>();
  const listeners = new Set<() => void>();
  let snapshot = createSnapshotReader(given);
  let versions = toVersions(given);
  let revision = highestRevision(given);

  function toVersions(traces: readonly Trace[]): ReadonlyMap<string, string | number> {
    return new Map(traces.map((trace) => [trace.info.traceId, versionOf(trace)]));
  }

  return {
    reader: {
      search: (query) => snapshot.search(query),
      get: (traceId, options) => snapshot.get(traceId, options),
      getSpan: (traceId, spanId) => snapshot.getSpan(traceId, spanId),
      cancel: (requestId) => snapshot.cancel(requestId),
      stats: async (query) => snapshot.stats(query),
      changes: async (since) => ({
        changes: [...changes.values()].filter((change) => change.revision > since),
        revision,
        hasMore: false,
      }),
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    replace(traces) {
      const before = versions;
      versions = toVersions(traces);
      revision = Math.max(revision + 1, highestRevision(traces));
      for (const traceId of new Set([...before.keys(), ...versions.keys()])) {
        if (before.get(traceId) === versions.get(traceId)) continue;
        changes.delete(traceId);
        changes.set(traceId, { traceId, revision, deleted: !versions.has(traceId) });
      }
      snapshot = createSnapshotReader(
        traces.map(({ info, data }) => ({
          info: { ...info, revision: changes.get(info.traceId)?.revision ?? info.revision },
          data,
        })),
      );
      for (const listener of listeners) listener();
    },
  };
}

function highestRevision(traces: readonly Trace[]): number {
  return traces.reduce((highest, { info }) => Math.max(highest, info.revision), 0);
}
