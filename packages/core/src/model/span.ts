import type { Attributes } from "./values.js";

/**
 * A span as plain data: made once by the recorder, posted to the worker, kept by the stores, drawn by the widget, written
 * to files. It is the OTLP span with its attributes as a plain object.
 *
 * Ids are lower-case hex (trace 32 digits, span 16). Times are decimal strings of nanoseconds since the Unix epoch, because a
 * double cannot hold them and a bigint does not survive JSON. A span without `endTimeUnixNano` is still open. An optional field
 * that is absent was absent in the source, so that a file is written as it was read.
 *
 * Source: opentelemetry/proto/trace/v1/trace.proto
 */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano?: string;
  readonly attributes: Attributes;
  readonly events?: readonly SpanEvent[];
  readonly links?: readonly SpanLink[];
  readonly status?: SpanStatus;
  readonly traceState?: string;
  /** Bits 0–7 are the W3C trace flags, 0x100 says that is-remote is known, 0x200 that the parent is remote. */
  readonly flags?: number;
  readonly droppedAttributesCount?: number;
  readonly droppedEventsCount?: number;
  readonly droppedLinksCount?: number;
  /** Keys into the resources and scopes that come with the spans; see {@link Origins}. */
  readonly resourceId?: string;
  readonly scopeId?: string;
}

/** OTLP's numbers: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
export type SpanKind = 0 | 1 | 2 | 3 | 4 | 5;

/** Something that happened at one moment of a span. The time is in nanoseconds since the Unix epoch, as decimal text. */
export interface SpanEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
}

/** A related span, of the same trace or another. Ids are lower-case hex. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
}

/** OTLP's numbers: 0 unset, 1 ok, 2 error. */
export type SpanStatusNumber = 0 | 1 | 2;

/** How a span ended: 0 UNSET, also if there is no code, 1 OK, 2 ERROR with a message. */
export interface SpanStatus {
  readonly code?: SpanStatusNumber;
  readonly message?: string;
}

/** What produced the spans: a process, a service, a page. */
export interface Resource {
  readonly attributes: Attributes;
  readonly droppedAttributesCount?: number;
  readonly entityRefs?: readonly EntityRef[];
  readonly schemaUrl?: string;
  /** The source had a schema URL and no resource. */
  readonly isAbsent?: true;
}

/** Which of a resource's attributes name and describe an entity. */
export interface EntityRef {
  readonly schemaUrl?: string;
  readonly type?: string;
  readonly idKeys?: readonly string[];
  readonly descriptionKeys?: readonly string[];
}

/** The library that recorded the spans. */
export interface Scope {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
  readonly schemaUrl?: string;
  /** The source had a schema URL and no scope. */
  readonly isAbsent?: true;
}

/**
 * The resources and scopes that spans refer to by id. An id is {@link contentId} of the value, so the same resource has
 * the same id everywhere.
 */
export interface Origins {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly scopes: Readonly<Record<string, Scope>>;
}

/** MLflow's span types; any other string is allowed too. */
export const SpanType = {
  LLM: "LLM",
  CHAT_MODEL: "CHAT_MODEL",
  CHAIN: "CHAIN",
  AGENT: "AGENT",
  TOOL: "TOOL",
  EMBEDDING: "EMBEDDING",
  RETRIEVER: "RETRIEVER",
  PARSER: "PARSER",
  RERANKER: "RERANKER",
  MEMORY: "MEMORY",
  WORKFLOW: "WORKFLOW",
  TASK: "TASK",
  GUARDRAIL: "GUARDRAIL",
  EVALUATOR: "EVALUATOR",
  UNKNOWN: "UNKNOWN",
} as const;

/** MLflow's names for the status of a span, with the values that `status` of a span has. */
export const SpanStatusCode = { UNSET: "UNSET", OK: "OK", ERROR: "ERROR" } as const;

/** One of {@link SpanStatusCode}. */
export type SpanStatusCode = SpanStatusName;

/** The status of a span, by MLflow's names. */
export type SpanStatusName = "UNSET" | "OK" | "ERROR";

const statusNames = Object.values(SpanStatusCode);

/** The name of an OTLP status; an absent status or code is UNSET, and so is a number that OTLP does not know. */
export function toStatusName(status: SpanStatus | undefined): SpanStatusName {
  return (statusNames as readonly SpanStatusName[])[status?.code ?? 0] ?? "UNSET";
}
