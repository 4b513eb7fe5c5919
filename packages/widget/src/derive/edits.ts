import type { Assessment, AssessmentSource, TraceInfo } from "@spanbook/core/model";

/** A reader's assessment of a trace or, with `spanId`, of one of its spans. */
export interface AssessmentDraft {
  readonly type: "feedback" | "expectation";
  readonly name: string;
  /** Any JSON value. */
  readonly value: unknown;
  readonly rationale?: string;
  readonly source: AssessmentSource;
  readonly spanId?: string;
}

/** A change that a reader makes to a trace's tags or assessments. */
export type TraceEdit = { readonly traceId: string } & (
  | { readonly kind: "setTag"; readonly key: string; readonly value: string }
  | { readonly kind: "deleteTag"; readonly key: string }
  | { readonly kind: "addAssessment"; readonly draft: AssessmentDraft }
  | { readonly kind: "updateAssessment"; readonly assessmentId: string; readonly draft: AssessmentDraft }
  | { readonly kind: "deleteAssessment"; readonly assessmentId: string }
);

/** An edit that is not made yet, or could not be. */
export interface PendingEdit {
  /** Unique among the edits of one explorer. */
  readonly id: number;
  readonly edit: TraceEdit;
  /** Why it could not be made. */
  readonly error?: Error;
  /** The code that makes it where the store is; given if this explorer has no store. */
  readonly code?: string;
}

/** What an edit is about: a tag's key or an assessment's id; for a new assessment, its span. */
export function toTarget(edit: TraceEdit): string {
  switch (edit.kind) {
    case "setTag":
    case "deleteTag":
      return `tag ${edit.key}`;
    case "addAssessment":
      return `new ${edit.draft.spanId ?? ""}`;
    default:
      return `assessment ${edit.assessmentId}`;
  }
}

const draftPrefix = "draft-";

/** Whether an assessment is still being saved: it has no real id yet by which it could be changed. */
export function isDraft(assessmentId: string): boolean {
  return assessmentId.startsWith(draftPrefix);
}

/** The trace as it will be once the pending edits are made; failed ones have no effect. */
export function withEdits(info: TraceInfo, pending: readonly PendingEdit[], nowMs: number): TraceInfo {
  const tags = new Map(Object.entries(info.tags));
  let assessments = info.assessments ?? [];
  for (const { id, edit, error, code } of pending) {
    if (edit.traceId !== info.traceId || error !== undefined || code !== undefined) continue;
    switch (edit.kind) {
      case "setTag":
        tags.set(edit.key, edit.value);
        break;
      case "deleteTag":
        tags.delete(edit.key);
        break;
      case "addAssessment":
        assessments = [...assessments, fromDraft(edit.draft, draftPrefix + id, nowMs)];
        break;
      case "updateAssessment":
        assessments = assessments.map((known) =>
          known.assessmentId === edit.assessmentId ? { ...known, ...edit.draft } : known,
        );
        break;
      case "deleteAssessment":
        assessments = assessments.filter(({ assessmentId }) => assessmentId !== edit.assessmentId);
    }
  }
  return { ...info, tags: Object.fromEntries(tags), assessments };
}

function fromDraft(draft: AssessmentDraft, assessmentId: string, nowMs: number): Assessment {
  return { ...draft, assessmentId, createTimeMs: nowMs, lastUpdateTimeMs: nowMs, valid: true };
}

/** The edit as a line of code that uses a `client` from `createClient` of "@spanbook/core/client". */
export function toCode(edit: TraceEdit): string {
  const { traceId } = edit;
  switch (edit.kind) {
    case "setTag":
      return call("setTraceTag", traceId, edit.key, edit.value);
    case "deleteTag":
      return call("deleteTraceTag", traceId, edit.key);
    case "addAssessment": {
      const { type, ...draft } = edit.draft;
      return call(type === "feedback" ? "logFeedback" : "logExpectation", { traceId, ...draft });
    }
    case "updateAssessment": {
      const { type: _type, spanId: _spanId, ...changes } = edit.draft;
      return call("updateAssessment", traceId, edit.assessmentId, changes);
    }
    case "deleteAssessment":
      return call("deleteAssessment", traceId, edit.assessmentId);
  }
}

function call(method: string, ...values: readonly unknown[]): string {
  return `await client.${method}(${values.map(toLiteral).join(", ")});`;
}

/** A value as a JavaScript literal; characters that are invisible, or reverse the text direction, are escaped. */
export function toLiteral(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").replace(
    /[\u007f-\u00a0\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The ways to enter the value of an assessment. */
export const valueKinds = ["boolean", "number", "text", "JSON"] as const;

export type ValueKind = (typeof valueKinds)[number];

export function toValueKind(value: unknown): ValueKind {
  if (typeof value === "boolean" || typeof value === "number") return typeof value as ValueKind;
  return typeof value === "string" ? "text" : "JSON";
}

/** A value as a form shows it; {@link parseValue} reads it back. */
export function toValueText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 1) ?? "");
}

/** The value that was entered, or in words what is wrong with it. */
export function parseValue(
  kind: ValueKind,
  text: string,
): { readonly value: unknown } | { readonly problem: string } {
  switch (kind) {
    case "boolean":
      return { value: text === "true" };
    case "text":
      return text === "" ? { problem: "Enter a value" } : { value: text };
    case "number": {
      const value = Number(text.trim().replace(",", "."));
      return text.trim() === "" || !Number.isFinite(value) ? { problem: "Enter a number" } : { value };
    }
    case "JSON":
      try {
        return { value: JSON.parse(text) as unknown };
      } catch (error) {
        return { problem: `Not JSON: ${error instanceof Error ? error.message : String(error)}` };
      }
  }
}
