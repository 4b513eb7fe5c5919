/**
 * What an endpoint has received, kept with each trace as metadata, so that an upload continues where the last one
 * stopped, even in another process. Under `spanbook.uploaded.<id of the endpoint>.`:
 *
 *     <id of the batch>           the ids of spans, one after another
 *     assessment.<id>             the id that the server gave an assessment, and the time of the version it has
 */
import { contentId, createIdSource } from "../model/ids.js";
import { createPatchIds, type TracePatch } from "../model/patch.js";
import type { TraceInfo } from "../model/trace.js";
import { uploadNotePrefix } from "../model/upload-note.js";
import type { TraceStore } from "../store/contract.js";

const digitsPerId = 16;

/** Which version of an assessment the endpoint has, and under which id. */
export interface SentAssessment {
  readonly serverId: string;
  readonly timeMs: number;
}

export interface UploadLedger {
  /** The spans of the trace that the endpoint has received, according to the trace's info. */
  sentSpans(info: TraceInfo): ReadonlySet<string>;
  /** Notes that these were accepted; durable when it resolves. */
  add(spans: readonly { readonly traceId: string; readonly spanId: string }[]): Promise<void>;
  /** The assessments that the endpoint has, by their ids here. */
  sentAssessments(info: TraceInfo): ReadonlyMap<string, SentAssessment>;
  /** Notes that the endpoint has it, or with undefined that it no longer does; durable when it resolves. */
  addAssessment(traceId: string, assessmentId: string, sent: SentAssessment | undefined): Promise<void>;
}

export function createUploadLedger(store: TraceStore, endpoint: string): UploadLedger {
  const prefix = `${uploadNotePrefix}${contentId({ endpoint }).slice(0, digitsPerId)}.`;
  const assessmentPrefix = `${prefix}assessment.`;
  const ids = createIdSource();
  const newPatchId = createPatchIds(() => Date.now(), ids.spanId);
  const recorderId = `upload-${ids.traceId()}`;

  async function write(patches: readonly TracePatch[]): Promise<void> {
    const origins = { resources: {}, scopes: {} };
    await store.write({ id: ids.traceId(), recorderId, spans: [], patches, origins, final: true });
  }
  function note(traceId: string, key: string, value: string): TracePatch {
    return { id: newPatchId(), traceId, op: "setMetadata", key, value };
  }

  return {
    sentSpans({ traceMetadata }) {
      const sent = new Set<string>();
      for (const [key, text] of Object.entries(traceMetadata)) {
        if (!key.startsWith(prefix) || key.startsWith(assessmentPrefix)) continue;
        for (let at = 0; at < text.length; at += digitsPerId) sent.add(text.slice(at, at + digitsPerId));
      }
      return sent;
    },
    async add(spans) {
      const byTrace = new Map<string, string>();
      for (const { traceId, spanId } of spans) byTrace.set(traceId, (byTrace.get(traceId) ?? "") + spanId);
      // Each entry has a key of its own, so no two patches ever meet.
      const key = prefix + ids.traceId();
      await write([...byTrace].map(([traceId, value]) => note(traceId, key, value)));
    },
    sentAssessments({ traceMetadata }) {
      const notes = Object.entries(traceMetadata).filter(
        ([key, text]) => key.startsWith(assessmentPrefix) && text !== "",
      );
      return new Map(
        notes.map(([key, text]) => {
          const [serverId = "", timeMs] = text.split(" ");
          return [key.slice(assessmentPrefix.length), { serverId, timeMs: Number(timeMs) }];
        }),
      );
    },
    addAssessment: (traceId, assessmentId, sent) =>
      write([note(traceId, assessmentPrefix + assessmentId, sent ? `${sent.serverId} ${sent.timeMs}` : "")]),
  };
}
