import type { Assessment, AssessmentSource, AssessmentSourceType } from "@spanbook/core/model";

/** Who can assess, in words. */
export const sourceWords: Readonly<Record<AssessmentSourceType, string>> = {
  HUMAN: "person",
  LLM_JUDGE: "model as judge",
  CODE: "code",
};

/** "ana, person": who assessed. */
export function formatSource({ sourceType, sourceId }: AssessmentSource): string {
  const word = Object.hasOwn(sourceWords, sourceType) ? sourceWords[sourceType] : sourceType;
  return sourceId === "" || sourceId === "default" ? word : `${sourceId}, ${word}`;
}

/** The assessments of a span or, without a span, those of the trace as a whole, in order of creation. */
export function assessmentsOf(
  assessments: readonly Assessment[] | undefined,
  spanId: string | undefined,
): readonly Assessment[] {
  return (assessments ?? []).filter((assessment) => assessment.spanId === spanId);
}

const maxTexts = 10;
const maxLength = 60;

/** "correct: true, tone: 0.5": the valid feedback, in a line; undefined if there is none. */
export function toAssessmentText(assessments: readonly Assessment[] = []): string | undefined {
  const texts = assessments
    .filter(({ type, valid }) => type === "feedback" && valid)
    .slice(0, maxTexts)
    .map(({ name, value, error }) => {
      const said = error ? "failed" : typeof value === "string" ? value : JSON.stringify(value);
      return `${name.slice(0, maxLength)}: ${String(said).slice(0, maxLength)}`;
    });
  return texts.length === 0 ? undefined : texts.join(", ");
}
