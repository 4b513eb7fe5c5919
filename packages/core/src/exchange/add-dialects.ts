import { toGenaiAttributes } from "../model/dialects/write-genai.js";
import { toOpeninferenceAttributes } from "../model/dialects/write-openinference.js";
import { describeSpan } from "../model/every-dialect.js";
import type { Span } from "../model/span.js";
import type { Dialects } from "./dialects.js";

const writers = {
  genai: { write: toGenaiAttributes, prefix: "gen_ai." },
  openinference: { write: toOpeninferenceAttributes, prefix: "openinference." },
};

/**
 * Adds what the span says in those conventions; one that it already uses is not added, and its own attributes stay as
 * they are.
 */
export function addDialects(span: Span, dialects: Dialects): Span {
  const missing = dialects
    .map((dialect) => writers[dialect])
    .filter(({ prefix }) => !Object.keys(span.attributes).some((key) => key.startsWith(prefix)));
  if (missing.length === 0) return span;
  const description = describeSpan(span);
  const added = missing.map(({ write }) => write(description, span.name));
  return { ...span, attributes: { ...Object.assign({}, ...added), ...span.attributes } };
}
