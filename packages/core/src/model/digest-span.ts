import type { Dialect } from "./dialects/dialect.js";
import { withoutUndefined } from "./objects.js";
import { toPreview } from "./preview.js";
import { toStatusName, type Span } from "./span.js";
import type { SpanDigest } from "./trace.js";

/** The digest of a span: what a store needs to know besides the payload. Only a root has previews, experiment and run. */
export function digestSpan(span: Span, version: number, dialects: readonly Dialect[]): SpanDigest {
  const isRoot = span.parentSpanId === undefined;
  return withoutUndefined({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    ...describeCall(span, dialects),
    status: readFailure(span, dialects) === undefined ? toStatusName(span.status) : "ERROR",
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    version,
    experimentId: isRoot ? readFacet(span, "experimentId", dialects) : undefined,
    runId: isRoot ? readFacet(span, "runId", dialects) : undefined,
    requestPreview: isRoot ? toPreview(readFacet(span, "inputs", dialects), "user") : undefined,
    responsePreview: isRoot ? toPreview(readFacet(span, "outputs", dialects), "assistant") : undefined,
  });
}

/** The brief facts of a span: what was called, by whom, and what it used. */
export function describeCall(span: Span, dialects: readonly Dialect[]) {
  return {
    type: readFacet(span, "type", dialects) ?? "UNKNOWN",
    model: readFacet(span, "model", dialects),
    provider: readFacet(span, "provider", dialects),
    usage: readFacet(span, "usage", dialects),
    cost: readFacet(span, "cost", dialects),
    sessionId: readFacet(span, "sessionId", dialects),
    userId: readFacet(span, "userId", dialects),
  };
}

/** Why a span failed, by its status or a convention; empty if no reason is given, undefined if it did not fail. */
export function readFailure(span: Span, dialects: readonly Dialect[]): string | undefined {
  const { status } = span;
  if (status?.code === 2) return status.message ?? "";
  return status?.code === 1 ? undefined : readFacet(span, "failure", dialects);
}

type ValueOf<Name extends keyof Dialect> = ReturnType<NonNullable<Dialect[Name]>>;

/** One thing that a span says, from the first of the dialects that can read it. */
export function readFacet<Name extends keyof Dialect>(
  span: Span,
  name: Name,
  dialects: readonly Dialect[],
): ValueOf<Name> | undefined {
  for (const dialect of dialects) {
    const value = dialect[name]?.(span.attributes, span);
    if (value !== undefined) return value as ValueOf<Name>;
  }
  return undefined;
}
