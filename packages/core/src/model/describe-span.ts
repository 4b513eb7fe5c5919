import type { Dialect } from "./dialects/dialect.js";
import { mlflowDialect } from "./dialects/mlflow.js";
import { withoutUndefined } from "./objects.js";
import { toPreview } from "./preview.js";
import { toStatusName, type Span } from "./span.js";
import type { Cost, SpanDigest, TokenUsage } from "./trace.js";

/** Those that come first win where a span speaks several. */
const dialects: readonly Dialect[] = [mlflowDialect];

/** What a span says in whichever convention it was written. */
export interface SpanDescription {
  /** One of `SpanType`, or any other text; "UNKNOWN" where the span does not say. */
  readonly type: string;
  /** Parsed where they were JSON text. */
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly model?: string;
  readonly provider?: string;
  readonly usage?: TokenUsage;
  readonly cost?: Cost;
  readonly sessionId?: string;
  readonly userId?: string;
}

/** Reads a span's attributes. Pure; bad values count as absent. */
export function describeSpan(span: Span): SpanDescription {
  const { type, model, provider, usage, cost, sessionId, userId } = describeCall(span);
  const inputs = read(span, "inputs");
  const outputs = read(span, "outputs");
  return withoutUndefined({ type, inputs, outputs, model, provider, usage, cost, sessionId, userId });
}

/** The digest of a span: what a store needs to know beside the payload. Previews, experiment and run are a root's. */
export function digestSpan(span: Span, version: number): SpanDigest {
  const isRoot = span.parentSpanId === undefined;
  return withoutUndefined({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    ...describeCall(span),
    status: toStatusName(span.status),
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    version,
    experimentId: isRoot ? read(span, "experimentId") : undefined,
    runId: isRoot ? read(span, "runId") : undefined,
    requestPreview: isRoot ? toPreview(read(span, "inputs"), "user") : undefined,
    responsePreview: isRoot ? toPreview(read(span, "outputs"), "assistant") : undefined,
  });
}

function describeCall(span: Span) {
  return {
    type: read(span, "type") ?? "UNKNOWN",
    model: read(span, "model"),
    provider: read(span, "provider"),
    usage: read(span, "usage"),
    cost: read(span, "cost"),
    sessionId: read(span, "sessionId"),
    userId: read(span, "userId"),
  };
}

type Facet<Name extends keyof Dialect> = ReturnType<NonNullable<Dialect[Name]>>;

function read<Name extends keyof Dialect>(span: Span, name: Name): Facet<Name> | undefined {
  for (const dialect of dialects) {
    const value = dialect[name]?.(span.attributes);
    if (value !== undefined) return value as Facet<Name>;
  }
  return undefined;
}
