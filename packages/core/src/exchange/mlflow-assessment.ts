/**
 * Assessments in MLflow's JSON. MLflow has no history, so earlier versions are put in the metadata of the last one,
 * under a key of ours.
 *
 * Source: mlflow/entities/assessment.py, mlflow/protos/assessments.proto of MLflow 3.17
 */
import {
  toVersionText,
  type Assessment,
  type AssessmentError,
  type AssessmentSourceType,
  type AssessmentValue,
} from "../model/assessment.js";
import { textOf, toRecord, type Fields } from "../model/json.js";
import { isRecord, withoutUndefined } from "../model/objects.js";

const historyKey = "spanbook.history";

/** The form that MLflow's `Assessment.from_dictionary` reads. */
export function toMlflowAssessment(assessment: Assessment, requestId: string): Record<string, unknown> {
  const { assessmentId, name, type, value, error, source, rationale, spanId, overrides, valid } = assessment;
  const { history: earlier = [] } = assessment;
  const history = earlier.length === 0 ? undefined : `[${earlier.map(toVersionText).join(",")}]`;
  const metadata = withoutUndefined({ ...assessment.metadata, [historyKey]: history });
  return withoutUndefined({
    assessment_id: assessmentId,
    assessment_name: name,
    trace_id: requestId,
    span_id: spanId,
    source: { source_type: source.sourceType, source_id: source.sourceId },
    create_time: toTimestamp(assessment.createTimeMs),
    last_update_time: toTimestamp(assessment.lastUpdateTimeMs),
    rationale,
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    overrides,
    valid: type === "feedback" ? valid : undefined,
    expectation: type === "expectation" ? toExpectation(value) : undefined,
    feedback:
      type === "feedback" ? withoutUndefined({ value, error: error && toMlflowError(error) }) : undefined,
  });
}

/**
 * An assessment's id and its versions, oldest first. Throws TypeError for anything that is not an assessment of a known
 * type.
 */
export function readMlflowAssessment(fields: Fields): { assessmentId: string; versions: readonly unknown[] } {
  const assessmentId = textOf(fields, "assessment_id");
  if (!assessmentId) throw new TypeError("expected an assessment_id, got none");
  const { [historyKey]: history, ...metadata } = toRecord(fields["metadata"]);
  const value: AssessmentValue = withoutUndefined({
    name: textOf(fields, "assessment_name", "name") ?? "feedback",
    ...readValue(fields),
    source: readSource(toRecord(fields["source"])),
    rationale: textOf(fields, "rationale"),
    metadata: Object.keys(metadata).length === 0 ? undefined : (metadata as Record<string, string>),
    spanId: textOf(fields, "span_id"),
    overrides: textOf(fields, "overrides"),
    timeMs: readTime(fields, "last_update_time") ?? readTime(fields, "create_time") ?? 0,
  });
  return { assessmentId, versions: [...readHistory(history), value] };
}

function readValue(fields: Fields): Pick<AssessmentValue, "type" | "value" | "error"> {
  const { expectation, feedback } = fields;
  if (isRecord(expectation)) {
    const serialized = textOf(toRecord(expectation["serialized_value"]), "value");
    const value = serialized === undefined ? expectation["value"] : (JSON.parse(serialized) as unknown);
    return { type: "expectation", value };
  }
  if (!isRecord(feedback)) throw new TypeError("expected feedback or an expectation");
  const error = isRecord(feedback["error"]) ? feedback["error"] : undefined;
  return withoutUndefined({
    type: "feedback" as const,
    value: feedback["value"],
    error:
      error &&
      withoutUndefined({
        errorCode: textOf(error, "error_code"),
        errorMessage: textOf(error, "error_message"),
        stackTrace: textOf(error, "stack_trace"),
      }),
  });
}

function readSource(fields: Fields): AssessmentValue["source"] {
  const name = textOf(fields, "source_type") ?? "CODE";
  // AI_JUDGE is MLflow's former name.
  const sourceType = (name === "AI_JUDGE" ? "LLM_JUDGE" : name) as AssessmentSourceType;
  return { sourceType, sourceId: textOf(fields, "source_id") ?? "default" };
}

function readTime(fields: Fields, name: string): number | undefined {
  const timeMs = Date.parse(textOf(fields, name) ?? "");
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function readHistory(text: unknown): readonly unknown[] {
  if (typeof text !== "string") return [];
  const history = JSON.parse(text) as unknown;
  return Array.isArray(history) ? history : [];
}

// MLflow stores texts, numbers and booleans as they are, and the rest as JSON text.
function toExpectation(value: unknown): object {
  if (typeof value !== "object") return { value };
  return { serialized_value: { value: JSON.stringify(value), serialization_format: "JSON_FORMAT" } };
}

function toMlflowError({ errorCode, errorMessage, stackTrace }: AssessmentError): object {
  return withoutUndefined({ error_code: errorCode, error_message: errorMessage, stack_trace: stackTrace });
}

function toTimestamp(timeMs: number): string {
  return new Date(Math.floor(timeMs)).toISOString();
}
