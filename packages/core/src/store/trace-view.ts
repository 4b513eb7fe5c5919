import type { Assessment } from "../model/assessment.js";
import { describeSpan } from "../model/every-dialect.js";
import type { Span } from "../model/span.js";
import type { Trace, TraceData, TraceInfo } from "../model/trace.js";

/** What spans are asked for: all that is said must hold, and nothing said means all. */
export interface SpanSearch {
  /** Exactly, or by pattern. */
  readonly name?: string | RegExp | undefined;
  readonly spanType?: string | undefined;
  readonly spanId?: string | undefined;
}

/** What assessments are asked for: all that is said must hold. */
export interface AssessmentSearch {
  readonly name?: string | undefined;
  readonly spanId?: string | undefined;
  readonly type?: "feedback" | "expectation" | undefined;
  /** Those that were overridden too; default false. */
  readonly all?: boolean | undefined;
}

/** A trace with MLflow's questions to it. It is the trace, and can be given wherever one is wanted. */
export interface TraceView extends Trace {
  /** The spans that are all of what is asked, in order of start. */
  searchSpans(search?: SpanSearch): Span[];
  /** The assessments that are all of what is asked; those in force, unless `all` is said. */
  searchAssessments(search?: AssessmentSearch): Assessment[];
}

// The methods lie on the prototype, so that the trace stays plain data to structuredClone and JSON.
class View implements TraceView {
  readonly info: TraceInfo;
  readonly data: TraceData;

  constructor({ info, data }: Trace) {
    this.info = info;
    this.data = data;
  }

  searchSpans(search: SpanSearch = {}): Span[] {
    return searchSpans(this, search);
  }

  searchAssessments({ name, spanId, type, all = false }: AssessmentSearch = {}): Assessment[] {
    return (this.info.assessments ?? []).filter(
      (assessment) =>
        isAsked(assessment.name, name) &&
        isAsked(assessment.spanId, spanId) &&
        isAsked(assessment.type, type) &&
        (all || assessment.valid),
    );
  }
}

/** The trace, with its methods. */
export function createTraceView(trace: Trace): TraceView {
  return new View(trace);
}

/** See {@link TraceView.searchSpans}, for any trace. */
export function searchSpans(trace: Trace, { name, spanType, spanId }: SpanSearch = {}): Span[] {
  return trace.data.spans.filter(
    (span) =>
      (name instanceof RegExp ? span.name.search(name) >= 0 : isAsked(span.name, name)) &&
      isAsked(span.spanId, spanId) &&
      (spanType === undefined || describeSpan(span).type === spanType),
  );
}

function isAsked<Value>(value: Value, asked: Value | undefined): boolean {
  return asked === undefined || value === asked;
}
