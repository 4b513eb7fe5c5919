/** What spans and traces are, and how they are read. */
export {
  AssessmentSourceType,
  parseAssessment,
  type Assessment,
  type AssessmentError,
  type AssessmentSource,
  type AssessmentValue,
} from "./model/assessment.js";
export type { DescribedMessage, SpanDescription } from "./model/describe-span.js";
export { MlflowKey, MlflowMetadataKey } from "./model/dialects/mlflow.js";
export type { RetrievedDocument } from "./model/document.js";
export { describeSpan, digestSpan, failureOf } from "./model/every-dialect.js";
export { contentId, createIdSource, type IdSource } from "./model/ids.js";
export { defaultLogLevel, SpanLogLevel, toLogLevel, type SpanLogLevelName } from "./model/log-level.js";
export type { MediaPart, Message, MessagePart } from "./model/message.js";
export { withoutUndefined } from "./model/objects.js";
export { createPatchIds } from "./model/patch.js";
export { toPreview } from "./model/preview.js";
export { isRedacted } from "./model/redaction-mark.js";
export * from "./model/span.js";
export {
  awaitedRecorder,
  createFold,
  foldPatch,
  foldSpan,
  supersedes,
  toTraceInfo,
  type TraceFold,
} from "./model/summary.js";
export { compareUnixNano, millisecondsBetween, nanosecondsBetween, toUnixMs } from "./model/time.js";
export type { ToolDefinition } from "./model/tool-definition.js";
export type * from "./model/trace.js";
export { withoutUploadNotes } from "./model/upload-note.js";
export type { Attributes, Value } from "./model/values.js";
