import type { Trace } from "@spanbook/core/model";
import type { TraceChange } from "@spanbook/core/store";
import { createSnapshotReader } from "../snapshot-reader.js";
import type { TraceReader } from "../source.js";

/** Reads a snapshot that a newer one can take the place of; what differs is told as a store tells its changes. */
export interface ReplaceableReader extends TraceReader {
  replace(traces: readonly Trace[]): void;
}

export function createReplaceableReader(given: readonly Trace[]): ReplaceableReader {
  let reader = createSnapshotReader(given);
  let traces = given;
  let revision = highest(given);
  /** The last change of each trace that has changed. */
  const changes = new Map<string, TraceChange>();
  const listeners = new Set<() => void>();

  function note(traceId: string, deleted: boolean): void {
    changes.delete(traceId);
    changes.set(traceId, { traceId, deleted, revision });
  }

  return {
    search: (query) => reader.search(query),
    get: (traceId, options) => reader.get(traceId, options),
    getSpan: (traceId, spanId) => reader.getSpan(traceId, spanId),
    cancel: (requestId) => reader.cancel(requestId),
    changes: async (since) => ({
      changes: [...changes.values()].filter((change) => change.revision > since),
      ...{ revision, hasMore: false },
    }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace(next) {
      // Above all that the explorer may have seen: the revisions of the traces themselves are those of their store.
      revision = Math.max(revision + 1, highest(next));
      const known = new Map(traces.map(({ info }) => [info.traceId, info.revision]));
      for (const { info } of next) {
        if (known.get(info.traceId) !== info.revision) note(info.traceId, false);
        known.delete(info.traceId);
      }
      for (const traceId of known.keys()) note(traceId, true);
      traces = next;
      reader = createSnapshotReader(next);
      for (const listener of listeners) listener();
    },
  };
}

function highest(traces: readonly Trace[]): number {
  return traces.reduce((most, { info }) => Math.max(most, info.revision), 0);
}
