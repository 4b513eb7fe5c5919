/**
 * Which spans an endpoint has had, kept with each trace as metadata, so that an upload goes on where the last one stopped, in
 * another process too. One entry a batch: `spanbook.uploaded.<id of the endpoint>.<id of the batch>`, span ids one after another.
 */
import { contentId, createIdSource } from "../model/ids.js";
import type { TraceInfo } from "../model/trace.js";
import type { TraceStore } from "../store/contract.js";

const ledgerPrefix = "spanbook.uploaded.";
const digitsPerId = 16;

export interface UploadLedger {
  /** The spans of the trace that the endpoint has had, by the trace's info. */
  sentSpans(info: TraceInfo): ReadonlySet<string>;
  /** Notes that these were accepted; durable when it resolves. */
  add(spans: readonly { readonly traceId: string; readonly spanId: string }[]): Promise<void>;
}

export function createUploadLedger(store: TraceStore, endpoint: string): UploadLedger {
  const prefix = `${ledgerPrefix}${contentId({ endpoint }).slice(0, digitsPerId)}.`;
  const ids = createIdSource();
  const recorderId = `upload-${ids.traceId()}`;
  return {
    sentSpans({ traceMetadata }) {
      const sent = new Set<string>();
      for (const [key, text] of Object.entries(traceMetadata)) {
        if (!key.startsWith(prefix)) continue;
        for (let at = 0; at < text.length; at += digitsPerId) sent.add(text.slice(at, at + digitsPerId));
      }
      return sent;
    },
    async add(spans) {
      const byTrace = new Map<string, string>();
      for (const { traceId, spanId } of spans) byTrace.set(traceId, (byTrace.get(traceId) ?? "") + spanId);
      const batchId = ids.traceId();
      await store.write({
        id: batchId,
        recorderId,
        spans: [],
        // Each entry has a key of its own, so no two patches ever meet.
        patches: [...byTrace].map(([traceId, value]) => ({
          ...{ id: `upload-${batchId}`, traceId, op: "setMetadata" as const, key: prefix + batchId, value },
        })),
        origins: { resources: {}, scopes: {} },
        final: true,
      });
    },
  };
}

/** A trace's metadata without what uploads have noted, which is of no use elsewhere. */
export function withoutLedger(
  metadata: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith(ledgerPrefix)));
}
