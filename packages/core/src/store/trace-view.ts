import type { Assessment } from "../model/assessment.js";
import { describeSpan } from "../model/every-dialect.js";
import type { Span } from "../model/span.js";
import type { Trace, TraceData, TraceInfo } from "../model/trace.js";

/** Which spans to find: all given conditions must hold; without any, all spans are found. */
export interface SpanSearch {
  /** The exact name, or a pattern. */
  readonly name?: string | RegExp | undefined;
  readonly spanType?: string | undefined;
  readonly spanId?: string | undefined;
}

/** Which assessments to find: all given conditions must hold. */
export interface AssessmentSearch {
  readonly name?: string | undefined;
  readonly spanId?: string | undefined;
  readonly type?: "feedback" | "expectation" | undefined;
  /** Include those that were overridden; default false. */
  readonly all?: boolean | undefined;
}

/** A trace with MLflow's search methods. It is a trace itself, and can be used wherever one is expected. */
export interface TraceView extends Trace {
  /** The spans that match all conditions, in order of start. */
  searchSpans(search?: SpanSearch): Span[];
  /** The assessments that match all conditions; only valid ones, unless `all` is true. */
  searchAssessments(search?: AssessmentSearch): Assessment[];
}

// The methods are on the prototype, so that the trace stays plain data for structuredClone and JSON.
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
