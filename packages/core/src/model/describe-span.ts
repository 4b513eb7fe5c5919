import type { Dialect } from "./dialects/dialect.js";
import { describeCall, readFacet } from "./digest-span.js";
import type { RetrievedDocument } from "./document.js";
import type { Message } from "./message.js";
import { withoutUndefined } from "./objects.js";
import type { Span } from "./span.js";
import type { ToolDefinition } from "./tool-definition.js";
import type { Cost, TokenUsage } from "./trace.js";

/** What a span says, in whichever convention it was written. */
export interface SpanDescription {
  /** One of `SpanType`, or any other text; "UNKNOWN" if the span does not say. */
  readonly type: string;
  /** Parsed if they were JSON text. */
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  /** The conversation: what the model was asked, followed by its answer. */
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

/**
 * Reads a span's attributes with these dialects: each thing from the first dialect that has it. Pure; bad values count
 * as absent.
 */
export function describeSpan(span: Span, dialects: readonly Dialect[]): SpanDescription {
  const { type, model, provider, usage, cost, sessionId, userId } = describeCall(span, dialects);
  const inputs = readFacet(span, "inputs", dialects);
  const outputs = readFacet(span, "outputs", dialects);
  const messages = describeMessages(span, dialects, outputs);
  const documents = readFacet(span, "documents", dialects);
  const tools = readFacet(span, "tools", dialects);
  return withoutUndefined({
    ...{ type, inputs, outputs, messages, documents, tools },
    ...{ model, provider, usage, cost, sessionId, userId },
  });
}

function describeMessages(
  span: Span,
  dialects: readonly Dialect[],
  outputs: unknown,
): DescribedMessage[] | undefined {
  const asked = readFacet(span, "inputMessages", dialects);
  const answered = readFacet(span, "outputMessages", dialects) ?? (asked && maybeAnswer(outputs));
  if (!asked && !answered) return undefined;
  return [
    ...(asked ?? []).map((message) => ({ ...message, direction: "input" as const })),
    ...(answered ?? []).map((message) => ({ ...message, direction: "output" as const })),
  ];
}

// A model that is asked in messages may answer with a plain text, or with one for each completion.
function maybeAnswer(outputs: unknown): readonly Message[] | undefined {
  const texts = typeof outputs === "string" ? [outputs] : outputs;
  if (!Array.isArray(texts) || texts.length === 0) return undefined;
  if (!texts.every((text) => typeof text === "string")) return undefined;
  return texts.map((text) => ({ role: "assistant", parts: [{ type: "text", text }] }));
}
