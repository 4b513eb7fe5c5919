/** MLflow's client over a store, without the recorder. */
export {
  createClient,
  type AssessmentChanges,
  type ClientOptions,
  type NewAssessment,
  type NewExpectation,
  type NewFeedback,
  type OverridingFeedback,
  type SearchTracesQuery,
  type TraceClient,
  type TraceViewPage,
} from "./store/client.js";
export { extractFields } from "./store/extract-fields.js";
export { prune, type Retention } from "./store/retention.js";
export { searchSpans, type AssessmentSearch, type SpanSearch, type TraceView } from "./store/trace-view.js";
export { AssessmentSourceType } from "./model/assessment.js";
export type { Assessment, AssessmentError, AssessmentSource, AssessmentValue } from "./model/assessment.js";
