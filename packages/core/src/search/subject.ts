import type { Span } from "../model/span.js";
import type { SpanDigest, TraceInfo } from "../model/trace.js";
import type { FilterClause } from "./tree.js";

/**
 * A trace as far as it has been read. What is undefined has not been. Getters may read parts on access, because a
 * filter accesses no more than it needs.
 */
export interface FilterSubject {
  readonly info: TraceInfo;
  readonly assessments?: readonly FilterAssessment[] | undefined;
  readonly spans?: readonly FilterSpan[] | undefined;
}

export interface FilterSpan {
  readonly digest: SpanDigest;
  readonly span?: Span | undefined;
  /**
   * False if a clause on texts, by its positive operator, certainly finds nothing in the span. Asked first, because it
   * may cost less than reading the span.
   */
  readonly mayHave?: (clause: FilterClause) => boolean;
}

/** The part of a valid assessment that filters use. */
export interface FilterAssessment {
  readonly kind: "feedback" | "expectation";
  readonly name: string;
  readonly value: unknown;
}

/** The assessments of a trace that a filter sees: all but the overridden ones. */
export function toFilterAssessments({ assessments = [] }: TraceInfo): FilterAssessment[] {
  return assessments
    .filter(({ valid }) => valid)
    .map(({ type, name, value }) => ({ kind: type, name, value }));
}
