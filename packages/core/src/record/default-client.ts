/** MLflow's functions over the store that `init` was given. Each waits for what was recorded before. */
import type { TraceClient } from "../store/client.js";
import type { TraceView } from "../store/trace-view.js";
import { getLastActiveTraceId, openClient } from "./default-tracing.js";

/** See {@link TraceClient.getTrace}. */
export const getTrace = later("getTrace");
/** See {@link TraceClient.searchTraces}. */
export const searchTraces = later("searchTraces");
/** See {@link TraceClient.deleteTraces}. */
export const deleteTraces = later("deleteTraces");
/** See {@link TraceClient.prune}. */
export const prune = later("prune");
/** See {@link TraceClient.setTraceTag}. */
export const setTraceTag = later("setTraceTag");
/** See {@link TraceClient.deleteTraceTag}. */
export const deleteTraceTag = later("deleteTraceTag");
/** See {@link TraceClient.logFeedback}. */
export const logFeedback = later("logFeedback");
/** See {@link TraceClient.logExpectation}. */
export const logExpectation = later("logExpectation");
/** See {@link TraceClient.logAssessment}. */
export const logAssessment = later("logAssessment");
/** See {@link TraceClient.overrideFeedback}. */
export const overrideFeedback = later("overrideFeedback");
/** See {@link TraceClient.getAssessment}. */
export const getAssessment = later("getAssessment");
/** See {@link TraceClient.updateAssessment}. */
export const updateAssessment = later("updateAssessment");
/** See {@link TraceClient.deleteAssessment}. */
export const deleteAssessment = later("deleteAssessment");

/** The trace whose root ended last, with its spans; undefined where there is none. */
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
