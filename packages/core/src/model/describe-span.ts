import type { Dialect } from "./dialects/dialect.js";
import type { RetrievedDocument } from "./document.js";
import type { Message } from "./message.js";
import { withoutUndefined } from "./objects.js";
import { toPreview } from "./preview.js";
import { toStatusName, type Span } from "./span.js";
import type { ToolDefinition } from "./tool-definition.js";
import type { Cost, SpanDigest, TokenUsage } from "./trace.js";

/** What a span says in whichever convention it was written. */
export interface SpanDescription {
  /** One of `SpanType`, or any other text; "UNKNOWN" where the span does not say. */
  readonly type: string;
  /** Parsed where they were JSON text. */
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  /** The conversation: what the model was asked, then what it answered. */
  readonly messages?: readonly DescribedMessage[];
  /** What a retriever found. */
  readonly documents?: readonly RetrievedDocument[];
  /** The tools the model could call. */
  readonly tools?: readonly ToolDefinition[];
  readonly model?: string;
  readonly provider?: string;
  readonly usage?: TokenUsage;
  readonly cost?: Cost;
  readonly sessionId?: string;
  readonly userId?: string;
}

export type DescribedMessage = Message & { readonly direction: "input" | "output" };

/** Reads a span's attributes with these dialects: each thing from the first that says it. Pure; bad values count as absent. */
export function describeSpan(span: Span, dialects: readonly Dialect[]): SpanDescription {
  const { type, model, provider, usage, cost, sessionId, userId } = describeCall(span, dialects);
  const inputs = read(span, "inputs", dialects);
  const outputs = read(span, "outputs", dialects);
  const messages = describeMessages(span, dialects, outputs);
  const documents = read(span, "documents", dialects);
  const tools = read(span, "tools", dialects);
  return withoutUndefined({
    ...{ type, inputs, outputs, messages, documents, tools },
    ...{ model, provider, usage, cost, sessionId, userId },
  });
}

/** The digest of a span: what a store needs to know beside the payload. Previews, experiment and run are a root's. */
export function digestSpan(span: Span, version: number, dialects: readonly Dialect[]): SpanDigest {
  const isRoot = span.parentSpanId === undefined;
  return withoutUndefined({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    ...describeCall(span, dialects),
    status: toStatusName(span.status),
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    version,
    experimentId: isRoot ? read(span, "experimentId", dialects) : undefined,
    runId: isRoot ? read(span, "runId", dialects) : undefined,
    requestPreview: isRoot ? toPreview(read(span, "inputs", dialects), "user") : undefined,
    responsePreview: isRoot ? toPreview(read(span, "outputs", dialects), "assistant") : undefined,
  });
}

function describeCall(span: Span, dialects: readonly Dialect[]) {
  return {
    type: read(span, "type", dialects) ?? "UNKNOWN",
    model: read(span, "model", dialects),
    provider: read(span, "provider", dialects),
    usage: read(span, "usage", dialects),
    cost: read(span, "cost", dialects),
    sessionId: read(span, "sessionId", dialects),
    userId: read(span, "userId", dialects),
  };
}

function describeMessages(
  span: Span,
  dialects: readonly Dialect[],
  outputs: unknown,
): DescribedMessage[] | undefined {
  const asked = read(span, "inputMessages", dialects);
  const answered = read(span, "outputMessages", dialects) ?? (asked && maybeAnswer(outputs));
  if (!asked && !answered) return undefined;
  return [
    ...(asked ?? []).map((message) => ({ ...message, direction: "input" as const })),
    ...(answered ?? []).map((message) => ({ ...message, direction: "output" as const })),
  ];
}

// Who is asked in messages may answer in a mere text, or in one for each completion.
function maybeAnswer(outputs: unknown): readonly Message[] | undefined {
  const texts = typeof outputs === "string" ? [outputs] : outputs;
  if (!Array.isArray(texts) || texts.length === 0) return undefined;
  if (!texts.every((text) => typeof text === "string")) return undefined;
  return texts.map((text) => ({ role: "assistant", parts: [{ type: "text", text }] }));
}

type ValueOf<Name extends keyof Dialect> = ReturnType<NonNullable<Dialect[Name]>>;

function read<Name extends keyof Dialect>(
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
