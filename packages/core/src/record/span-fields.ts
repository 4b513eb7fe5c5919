/** What a span is given at its start, at its end, and in between. */
import type { SpanKind } from "../model/span.js";
import type { StatusLike } from "./span-status.js";
import type { UnixNano } from "./span-time.js";

/** How a span relates to its trace. */
export interface Relation {
  readonly parentId?: string | undefined;
  /** The parent is another recorder's. */
  readonly isParentRemote?: boolean | undefined;
  readonly traceState?: string | undefined;
}

/** What is fixed when a span starts. */
export interface LiveSpanFields {
  readonly name: string;
  /** Default 1, internal. */
  readonly kind?: SpanKind | undefined;
  /** Default: the recorder's own. */
  readonly scopeId?: string | undefined;
  /** Default: now. */
  readonly startTimeNs?: UnixNano | undefined;
}

/** What can be set when a span ends. */
export interface EndOptions {
  /** Replaces outputs that were set before. */
  readonly outputs?: unknown;
  /** As `setAttribute` takes them. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** Default: the status that was set, or OK. */
  readonly status?: StatusLike | undefined;
  /** Default: now. */
  readonly endTimeNs?: UnixNano | undefined;
}

/** An event to add to a span; without a timestamp it happens now. */
export interface NewSpanEvent {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly timestamp?: UnixNano | undefined;
}

/** A link to add to a span: ids in hex. */
export interface NewSpanLink {
  readonly traceId: string;
  readonly spanId: string;
  /** W3C's `tracestate` of that span. */
  readonly traceState?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}
