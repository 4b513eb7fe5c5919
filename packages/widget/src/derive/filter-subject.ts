import type { Trace } from "@spanbook/core/model";
import { toFilterAssessments, type FilterSubject } from "@spanbook/core/search";
import { digestsOf } from "./digests.js";

/** A trace as a filter looks at it; its spans are digested when the filter asks for them. */
export function toFilterSubject(trace: Trace): FilterSubject {
  const { info, data } = trace;
  return {
    info,
    assessments: toFilterAssessments(info),
    get spans() {
      const digests = digestsOf(trace);
      return digests.map((digest, index) => ({ digest, span: data.spans[index] }));
    },
  };
}
