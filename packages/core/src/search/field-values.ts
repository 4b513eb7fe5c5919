import { millisecondsBetween } from "../model/time.js";
import type { SpanDigest, TraceInfo } from "../model/trace.js";
import { attributeOf, toScalar } from "./content.js";
import type { FilterAssessment, FilterSpan, FilterSubject } from "./subject.js";
import type { FilterField, FilterValue } from "./tree.js";

/** The values of a field: none if it is missing, undefined if they have not been read. */
export type Reader = (
  subject: FilterSubject,
  span: FilterSpan | undefined,
) => readonly FilterValue[] | undefined;

export function readerOf({ name, key = "" }: FilterField): Reader {
  switch (name) {
    case "tag":
      return ({ info }) => ownValue(info.tags, key);
    case "metadata":
      return ({ info }) => ownValue(info.traceMetadata, key);
    case "feedback":
    case "expectation":
      return ({ assessments = [] }) => assessmentValues(assessments, name, key);
    case "span.attributes":
      return (_, span) => span?.span && list(attributeOf(span.span.attributes, key));
    case "span.name":
    case "span.type":
    case "span.status":
    case "span.model":
    case "span.duration_ms": {
      const read = spanReaders[name];
      return (_, span) => span && list(read(span.digest));
    }
    case "trace.text":
    case "span.content":
      return () => undefined;
    default: {
      const read = traceReaders[name];
      return ({ info }) => list(read(info));
    }
  }
}

/** The values of the assessments of that kind and name, in the form in which they are compared. */
export function assessmentValues(
  assessments: readonly FilterAssessment[],
  kind: FilterAssessment["kind"],
  name: string,
): readonly FilterValue[] {
  return assessments.flatMap((found) =>
    found.kind === kind && found.name === name ? list(toScalar(found.value)) : [],
  );
}

const spanReaders = {
  "span.name": (digest: SpanDigest) => digest.name,
  "span.type": (digest: SpanDigest) => digest.type,
  "span.status": (digest: SpanDigest) => digest.status,
  "span.model": (digest: SpanDigest) => digest.model,
  "span.duration_ms": ({ startTimeUnixNano, endTimeUnixNano }: SpanDigest) =>
    endTimeUnixNano === undefined ? undefined : millisecondsBetween(startTimeUnixNano, endTimeUnixNano),
} as const;

const traceReaders = {
  "trace.request_id": (info: TraceInfo) => info.traceId,
  "trace.name": (info: TraceInfo) => info.name,
  "trace.status": (info: TraceInfo) => info.state,
  "trace.timestamp_ms": (info: TraceInfo) => info.requestTime,
  "trace.end_time_ms": ({ requestTime, executionDuration }: TraceInfo) =>
    executionDuration === undefined ? undefined : requestTime + executionDuration,
  "trace.execution_time_ms": (info: TraceInfo) => info.executionDuration,
  "trace.client_request_id": (info: TraceInfo) => info.clientRequestId,
  "trace.run_id": (info: TraceInfo) => info.runId,
  "trace.session_id": (info: TraceInfo) => info.sessionId,
  "trace.user_id": (info: TraceInfo) => info.userId,
  "trace.experiment": (info: TraceInfo) => info.experimentId,
  "trace.span_count": (info: TraceInfo) => info.spanCount,
  "trace.total_tokens": (info: TraceInfo) => info.tokenUsage?.totalTokens,
  "trace.total_cost": (info: TraceInfo) => info.cost?.totalCost,
} as const;

function ownValue(values: Readonly<Record<string, string>>, key: string): readonly FilterValue[] {
  return Object.hasOwn(values, key) ? list(values[key]) : [];
}

function list(value: FilterValue | undefined): readonly FilterValue[] {
  return value === undefined ? [] : [value];
}
