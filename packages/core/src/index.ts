export type * from "./model/span.js";
export { SpanStatusCode, SpanType } from "./model/span.js";
export type * from "./model/trace.js";
export { SpanLogLevel, type SpanLogLevelName } from "./model/log-level.js";
export type * from "./model/assessment.js";
export type { TraceField, TraceOperation, TracePatch } from "./model/patch.js";
export type { Attributes, Value } from "./model/values.js";
export type { Clock, TimeSource } from "./model/time.js";
export type * from "./store/contract.js";
export type * from "./store/client.js";
export type * from "./store/trace-view.js";
export type { Retention } from "./store/retention.js";
export { isStoreError, type StoreErrorName } from "./store/errors.js";
export {
  createExperiment,
  disable,
  enable,
  endRun,
  endSpan,
  endTrace,
  extract,
  flush,
  flushTraces,
  getCurrentActiveSpan,
  getLastActiveTraceId,
  getTracingContextHeadersForHttpRequest,
  init,
  inject,
  registerOnSpanEndHook,
  registerOnSpanStartHook,
  setExperiment,
  shutdown,
  startRun,
  startSpan,
  startTrace,
  stats,
  trace,
  tracingContext,
  updateCurrentTrace,
  withContext,
  withRun,
  withSpan,
  withTracingContextFromHeaders,
  withTracingContextFromHeadersAsync,
} from "./record/default-tracing.js";
export * from "./record/default-client.js";
export { createTracing } from "./record/create-tracing.js";
export type { SpanHook, Tracing, WithSpanOptions } from "./record/tracing.js";
export type * from "./record/options.js";
export type { Price, Prices } from "./record/cost.js";
export type { Redaction } from "./record/redaction.js";
export type { SpanLimits, TraceDefaults } from "./record/recorder.js";
export type { Run, RunInfo, RunOptions } from "./record/run.js";
export type { TraceCall, TraceDecorator } from "./record/trace-function.js";
export type { TraceUpdate } from "./record/trace-update.js";
export type { RecorderStats } from "./record/batcher.js";
export type * from "./record/live-span.js";
export type * from "./record/span-fields.js";
export type { StatusLike } from "./record/span-status.js";
export type { UnixNano } from "./record/span-time.js";
export type { Propagation } from "./record/propagation.js";
export type { RecorderBridge } from "./record/bridge.js";
export type { Carrier, HeadersLike, RemoteContext, TraceHeaders } from "./context/propagation.js";
