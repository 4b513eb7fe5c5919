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

/** The assessments of a span, or without one those of the trace as a whole, in order of their making. */
export function assessmentsOf(
  assessments: readonly Assessment[] | undefined,
  spanId: string | undefined,
): readonly Assessment[] {
  return (assessments ?? []).filter((assessment) => assessment.spanId === spanId);
}
