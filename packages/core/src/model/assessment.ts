/** What people, judges and code say about a trace or one of its spans. The names are MLflow's. */

/** An assessment as a patch writes it; {@link Assessment} is the sum of the patches with one id. */
export interface AssessmentValue {
  /** What is judged, such as "correctness". */
  readonly name: string;
  /** Feedback says how good the result was, an expectation what it should have been. */
  readonly type: "feedback" | "expectation";
  /** Any JSON value. Feedback may have an error instead. */
  readonly value?: unknown;
  readonly error?: AssessmentError;
  readonly source: AssessmentSource;
  readonly rationale?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The span it is about; absent for the whole trace. */
  readonly spanId?: string;
  /** The id of the assessment that this one replaces, which is no longer valid. */
  readonly overrides?: string;
  /** When this version was made; milliseconds since the Unix epoch. */
  readonly timeMs: number;
}

/**
 * Feedback on a trace or a span, or what is expected of it, with its earlier versions. Times are milliseconds since the Unix
 * epoch.
 */
export interface Assessment extends Omit<AssessmentValue, "timeMs"> {
  readonly assessmentId: string;
  readonly createTimeMs: number;
  readonly lastUpdateTimeMs: number;
  /** False once another assessment overrides it. */
  readonly valid: boolean;
  /** Its earlier versions, oldest first; absent if it was never changed. */
  readonly history?: readonly AssessmentValue[];
}

/** Who or what assessed. */
export interface AssessmentSource {
  readonly sourceType: AssessmentSourceType;
  /** Who: a name, a model, a script. */
  readonly sourceId: string;
}

/** Why an assessment has no value, for example because its judge failed. */
export interface AssessmentError {
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly stackTrace?: string;
}

/** The kind of assessor, by MLflow's names. */
export const AssessmentSourceType = {
  HUMAN: "HUMAN",
  LLM_JUDGE: "LLM_JUDGE",
  CODE: "CODE",
} as const;

export type AssessmentSourceType = (typeof AssessmentSourceType)[keyof typeof AssessmentSourceType];

/** The value in a patch's JSON text, or undefined if there is none. */
export function parseAssessment(text: string): AssessmentValue | undefined {
  try {
    const value = JSON.parse(text) as Partial<AssessmentValue> | null;
    const isWhole =
      typeof value?.name === "string" &&
      (value.type === "feedback" || value.type === "expectation") &&
      typeof value.source?.sourceId === "string" &&
      Object.hasOwn(AssessmentSourceType, value.source.sourceType) &&
      Number.isFinite(value.timeMs);
    return isWhole ? (value as AssessmentValue) : undefined;
  } catch {
    return undefined;
  }
}

/** All versions of an assessment, oldest first, from which it can be rebuilt. */
export function toVersions(assessment: Assessment): AssessmentValue[] {
  return [...(assessment.history ?? []), toLastVersion(assessment)];
}

/** The current version of an assessment. */
export function toLastVersion(assessment: Assessment): AssessmentValue {
  const {
    assessmentId: _id,
    createTimeMs: _made,
    lastUpdateTimeMs,
    valid: _valid,
    history: _history,
    ...value
  } = assessment;
  return { ...value, timeMs: lastUpdateTimeMs };
}

/** A version as JSON text with sorted keys, so that equal versions have the same text. */
export function toVersionText(value: AssessmentValue): string {
  return JSON.stringify(inKeyOrder(value));
}

function inKeyOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inKeyOrder);
  const entries = Object.entries(value).map(([key, field]): [string, unknown] => [key, inKeyOrder(field)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The assessments that versions add up to, in order of creation. `versions` holds for each id the JSON texts of its
 * versions, oldest first, with undefined for a deletion.
 */
export function toAssessments(versions: ReadonlyMap<string, readonly (string | undefined)[]>): Assessment[] {
  const current = [...versions].flatMap(([assessmentId, texts]) => toAssessment(assessmentId, texts) ?? []);
  const overridden = new Set(current.map(({ overrides }) => overrides));
  return current
    .map((assessment) => ({ ...assessment, valid: !overridden.has(assessment.assessmentId) }))
    .sort((a, b) => a.createTimeMs - b.createTimeMs || (a.assessmentId < b.assessmentId ? -1 : 1));
}

function toAssessment(
  assessmentId: string,
  texts: readonly (string | undefined)[],
): Omit<Assessment, "valid"> | undefined {
  // A deletion ends the history before it: an assessment that is set again starts over.
  const values = withoutRepeats(
    texts.slice(texts.lastIndexOf(undefined) + 1).flatMap((text) => parseAssessment(text ?? "") ?? []),
  );
  const history = values.slice(0, -1);
  const last = values.at(-1);
  if (!last) return undefined;
  const { timeMs: lastUpdateTimeMs, ...value } = last;
  const createTimeMs = values[0]?.timeMs ?? lastUpdateTimeMs;
  return {
    ...value,
    assessmentId,
    createTimeMs,
    lastUpdateTimeMs,
    ...(history.length > 0 && { history }),
  };
}

/** A version that was exported to a file and imported again exists twice, under two patches. */
function withoutRepeats(values: readonly AssessmentValue[]): readonly AssessmentValue[] {
  if (values.length < 2) return values;
  return [...new Map(values.map((value) => [toVersionText(value), value])).values()];
}
