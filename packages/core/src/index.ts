export type * from "./model/span.js";
export { SpanType } from "./model/span.js";
export type * from "./model/trace.js";
export type { TraceField, TracePatch } from "./model/patch.js";
export type { Clock, TimeSource } from "./model/time.js";
export type { Attributes, Value } from "./model/values.js";
export type * from "./store/contract.js";
export { isStoreError, type StoreErrorName } from "./store/errors.js";
export * from "./record/default-tracing.js";
export { createTracing } from "./record/tracing.js";
export type {
  SpanOptions,
  StartSpanOptions,
  TraceOptions,
  TraceUpdate,
  Tracing,
  TracingOptions,
} from "./record/tracing.js";
export type { RecorderStats } from "./record/batcher.js";
export type { EndOptions, LiveSpan, UnixNano } from "./record/live-span.js";
