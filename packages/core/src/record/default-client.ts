/**
 * MLflow's functions over the store that `init` was given. Each first waits until what was recorded before is written.
 * They are marked as pure, so that a single script that uses none of them does not include the client.
 */
import type { TraceClient } from "../store/client.js";
import type { TraceView } from "../store/trace-view.js";
import { getLastActiveTraceId, openClient } from "./default-tracing.js";

/** See {@link TraceClient.getTrace}. */
export const getTrace = /* @__PURE__ */ later("getTrace");
/** See {@link TraceClient.searchTraces}. */
export const searchTraces = /* @__PURE__ */ later("searchTraces");
/** See {@link TraceClient.deleteTraces}. */
export const deleteTraces = /* @__PURE__ */ later("deleteTraces");
/** See {@link TraceClient.prune}. */
export const prune = /* @__PURE__ */ later("prune");
/** See {@link TraceClient.setTraceTag}. */
export const setTraceTag = /* @__PURE__ */ later("setTraceTag");
/** See {@link TraceClient.deleteTraceTag}. */
export const deleteTraceTag = /* @__PURE__ */ later("deleteTraceTag");
/** See {@link TraceClient.logFeedback}. */
export const logFeedback = /* @__PURE__ */ later("logFeedback");
/** See {@link TraceClient.logExpectation}. */
export const logExpectation = /* @__PURE__ */ later("logExpectation");
/** See {@link TraceClient.logAssessment}. */
export const logAssessment = /* @__PURE__ */ later("logAssessment");
/** See {@link TraceClient.overrideFeedback}. */
export const overrideFeedback = /* @__PURE__ */ later("overrideFeedback");
/** See {@link TraceClient.getAssessment}. */
export const getAssessment = /* @__PURE__ */ later("getAssessment");
/** See {@link TraceClient.updateAssessment}. */
export const updateAssessment = /* @__PURE__ */ later("updateAssessment");
/** See {@link TraceClient.deleteAssessment}. */
export const deleteAssessment = /* @__PURE__ */ later("deleteAssessment");

/** The trace whose root ended last, with its spans; undefined if there is none. */
export async function getLastActiveTrace(): Promise<TraceView | undefined> {
  const traceId = getLastActiveTraceId();
  return traceId === undefined ? undefined : getTrace(traceId);
}

function later<Name extends keyof TraceClient>(name: Name): TraceClient[Name] {
  const call = async (...args: never[]): Promise<unknown> => {
    const client = await openClient();
    return (client[name] as (...args: never[]) => Promise<unknown>)(...args);
  };
  return call as TraceClient[Name];
}
