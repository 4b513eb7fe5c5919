/** Reads spans whoever wrote them. A recorder reads its own spans with MLflow's dialect alone. */
import { describeSpan as describeIn, type SpanDescription } from "./describe-span.js";
import { digestSpan as digestIn, readFailure } from "./digest-span.js";
import type { Dialect } from "./dialects/dialect.js";
import { genaiDialect } from "./dialects/genai.js";
import { langfuseDialect } from "./dialects/langfuse.js";
import { mlflowContentsDialect } from "./dialects/mlflow-contents.js";
import { openinferenceDialect } from "./dialects/openinference.js";
import { traceloopDialect } from "./dialects/traceloop.js";
import { vercelDialect } from "./dialects/vercel.js";
import type { Span } from "./span.js";
import type { SpanDigest } from "./trace.js";
import { toPlain, type Attributes } from "./values.js";

/**
 * Earlier ones win if a span uses several: each thing is read from the first that has it. After each come the
 * beginnings, up to the first dot, of all attribute and event names that it reads.
 */
const conventions: readonly (readonly [Dialect, ...prefixes: string[]])[] = [
  [mlflowContentsDialect, "mlflow", "session", "user"],
  [langfuseDialect, "langfuse"],
  [
    openinferenceDialect,
    ...["openinference", "input", "output", "llm", "embedding", "reranker", "retrieval", "session", "user"],
  ],
  [genaiDialect, "gen_ai"],
  [traceloopDialect, "traceloop", "llm", "gen_ai", "db"],
  [vercelDialect, "ai"],
];

export const everyDialect: readonly Dialect[] = conventions.map(([dialect]) => dialect);

/**
 * What a span says, in whichever convention it was written: MLflow's, Langfuse's, OpenInference's, OpenTelemetry's for generative AI,
 * Traceloop's, the Vercel AI SDK's. Pure; bad values count as absent.
 */
export function describeSpan(span: Span): SpanDescription {
  return describeIn(withPlainValues(span), spokenDialects(span));
}

/** The digest of a span: what a store needs to know besides the payload. Only roots have previews, experiment and run. */
export function digestSpan(span: Span, version: number): SpanDigest {
  return digestIn(withPlainValues(span), version, spokenDialects(span));
}

/** Why a span failed, by its status or its convention; empty if no reason is given, undefined if it did not fail. */
export function failureOf(span: Span): string | undefined {
  return readFailure(span, spokenDialects(span));
}

const dialectsByPrefix = new Map<string, readonly Dialect[]>();
for (const [dialect, ...prefixes] of conventions) {
  for (const prefix of prefixes) {
    dialectsByPrefix.set(prefix, [...(dialectsByPrefix.get(prefix) ?? []), dialect]);
  }
}

/** Most spans use one or none: asking all of them for everything would take longer than reading the span from a file. */
function spokenDialects({ attributes, events = [] }: Span): readonly Dialect[] {
  const spoken = new Set<Dialect>();
  for (const name of [...Object.keys(attributes), ...events.map((event) => event.name)]) {
    const dot = name.indexOf(".");
    const dialects = dot > 0 ? dialectsByPrefix.get(name.slice(0, dot)) : undefined;
    for (const dialect of dialects ?? []) spoken.add(dialect);
  }
  return everyDialect.filter((dialect) => spoken.has(dialect));
}

// Tagged values and escaped keys only come from files.
function withPlainValues(span: Span): Span {
  const { attributes } = span;
  const isPlain = Object.keys(attributes).every(
    (key) => typeof attributes[key] !== "object" && !key.startsWith("$"),
  );
  return isPlain ? span : { ...span, attributes: toPlain(attributes) as Attributes };
}
