/**
 * A change to a trace after the fact: an operation, not a value to overwrite with, because two tabs may edit one trace. Each
 * target (a tag's key, a field) takes the value of the patch with the greatest id, so their order does not matter. An
 * assessment keeps all its versions: the one with the greatest id counts, those before it are its history.
 */
export type TracePatch = { readonly id: string; readonly traceId: string } & TraceOperation;

/** What a {@link TracePatch} does. Its id sorts by time of creation; see {@link createPatchIds}. */
export type TraceOperation =
  | { readonly op: "setTag" | "setMetadata"; readonly key: string; readonly value: string }
  | { readonly op: "deleteTag"; readonly key: string }
  | { readonly op: "setField"; readonly field: TraceField; readonly value: string }
  /** `key` is the assessment's id, `value` the JSON text of an `AssessmentValue`. */
  | { readonly op: "setAssessment"; readonly key: string; readonly value: string }
  | { readonly op: "deleteAssessment"; readonly key: string };

/** The fields of a trace's info that are set by name. `state` is OK or ERROR. */
export type TraceField = "requestPreview" | "responsePreview" | "clientRequestId" | "state";

/**
 * Ids for patches: milliseconds since the epoch, a count, and random digits, so that they sort by time and two creators
 * never produce the same one.
 */
export function createPatchIds(wallMs: () => number, randomHex: () => string): () => string {
  let lastMs = 0;
  let count = 0;
  return () => {
    const nowMs = Math.max(lastMs, Math.floor(wallMs()));
    count = nowMs === lastMs ? count + 1 : 0;
    lastMs = nowMs;
    return toPatchId(nowMs, count, randomHex());
  };
}

/**
 * The id of a patch created at that time, in milliseconds since the epoch; `count` numbers those of the same
 * millisecond.
 */
export function toPatchId(timeMs: number, count: number, suffix: string): string {
  return `${hex(Math.min(Math.max(0, Math.floor(timeMs)), maxTimeMs), 12)}-${hex(count, 6)}-${suffix}`;
}

/** What twelve hex digits hold. */
const maxTimeMs = 2 ** 48 - 1;

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
