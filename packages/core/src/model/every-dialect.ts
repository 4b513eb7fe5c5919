/** Reading spans whoever wrote them. Those that record our own spans read them with MLflow's dialect alone. */
import { describeSpan as describeIn, type SpanDescription } from "./describe-span.js";
import { digestSpan as digestIn } from "./digest-span.js";
import type { Dialect } from "./dialects/dialect.js";
import { genaiDialect } from "./dialects/genai.js";
import { mlflowContentsDialect } from "./dialects/mlflow-contents.js";
import { openinferenceDialect } from "./dialects/openinference.js";
import { traceloopDialect } from "./dialects/traceloop.js";
import { vercelDialect } from "./dialects/vercel.js";
import type { Span } from "./span.js";
import type { SpanDigest } from "./trace.js";
import { toPlain, type Attributes } from "./values.js";

/** Those that come first win where a span speaks several: each thing is read from the first that says it. */
export const everyDialect: readonly Dialect[] = [
  mlflowContentsDialect,
  openinferenceDialect,
  genaiDialect,
  traceloopDialect,
  vercelDialect,
];

/**
 * What a span says, in whichever convention it was written: MLflow's, OpenInference's, OpenTelemetry's for generative AI,
 * Traceloop's, the Vercel AI SDK's. Pure; bad values count as absent.
 */
export function describeSpan(span: Span): SpanDescription {
  return describeIn(withPlainValues(span), everyDialect);
}

/** The digest of a span: what a store needs to know beside the payload. Previews, experiment and run are a root's. */
export function digestSpan(span: Span, version: number): SpanDigest {
  return digestIn(withPlainValues(span), version, everyDialect);
}

// Tagged values only come from files, so our own spans can be read without this.
function withPlainValues(span: Span): Span {
  const attributes = toPlain(span.attributes) as Attributes;
  return { ...span, attributes };
}
