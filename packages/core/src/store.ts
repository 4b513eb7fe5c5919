/** For those who write a store: the contract, and the parts that every store should share. */
export type * from "./store/contract.js";
export { askedBeforeClose } from "./store/before-close.js";
export { createCallQueue, type AsyncWork, type CallQueue, type SlicedWork } from "./store/call-queue.js";
export * from "./store/checks.js";
export { isStoreError, storeError, type StoreErrorName } from "./store/errors.js";
export { originIdsIn, type OriginIds } from "./store/origin-ids.js";
export { observe, type NotifyingStore, type ObserveListener, type ObserveOptions } from "./store/observe.js";
export {
  createSpanGroups,
  groupIdOf,
  isWithin,
  toTraceFigures,
  toTraceStats,
  type SpanGroups,
  type SpanTotals,
  type TraceFigures,
} from "./store/stats.js";
export { compareText } from "./model/text-order.js";
export * from "./store/trace-order.js";
export * from "./model/summary.js";
export type { TraceField, TraceOperation, TracePatch } from "./model/patch.js";
