import type { Trace, TraceInfo } from "@spanbook/core/model";
import { toFilterAssessments, type FilterSubject } from "@spanbook/core/search";
import { digestsOf } from "./digests.js";

/** A trace as a filter sees it; what the filter does not ask for is not computed. */
export function toFilterSubject(trace: Trace): FilterSubject {
  return new TraceSubject(trace);
}

/** A class, because an object literal would create its getters again for each of 100,000 traces. */
class TraceSubject implements FilterSubject {
  readonly info: TraceInfo;

  constructor(private readonly trace: Trace) {
    this.info = trace.info;
  }

  get assessments(): FilterSubject["assessments"] {
    return toFilterAssessments(this.info);
  }

  get spans(): NonNullable<FilterSubject["spans"]> {
    return digestsOf(this.trace).map((digest, index) => ({ digest, span: this.trace.data.spans[index] }));
  }
}
