import type { Trace } from "@spanbook/core/model";
import type { TraceChange } from "@spanbook/core/store";
import { createSnapshotReader } from "../snapshot-reader.js";
import type { TraceReader } from "../source.js";

export interface ReplaceableReader {
  readonly reader: TraceReader;
  /** Puts these traces in the place of those that were there; who follows the reader is told which have changed. */
  replace(traces: readonly Trace[]): void;
}

/** Reads traces that lie in memory and are replaced as a whole, so that an explorer stays where its reader is. */
export function createReplaceableReader(): ReplaceableReader {
  let snapshot = createSnapshotReader([]);
  let contents = new Map<string, string>();
  const changes = new Map<string, TraceChange>();
  const listeners = new Set<() => void>();
  let revision = 0;

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
      const before = contents;
      contents = new Map(traces.map((trace) => [trace.info.traceId, contentOf(trace)]));
      revision++;
      for (const traceId of new Set([...before.keys(), ...contents.keys()])) {
        if (before.get(traceId) === contents.get(traceId)) continue;
        changes.set(traceId, { traceId, revision, deleted: !contents.has(traceId) });
      }
      snapshot = createSnapshotReader(
        traces.map(({ info, data }) => ({
          info: { ...info, revision: changes.get(info.traceId)?.revision ?? revision },
          data,
        })),
      );
      for (const listener of listeners) listener();
    },
  };
}

/** All that is seen of a trace. The revision is the importing store's. */
function contentOf({ info, data }: Trace): string {
  return JSON.stringify([{ ...info, revision: 0 }, data]);
}
