import { toGenaiAttributes } from "../model/dialects/write-genai.js";
import { toOpeninferenceAttributes } from "../model/dialects/write-openinference.js";
import { describeSpan } from "../model/every-dialect.js";
import type { Span } from "../model/span.js";

/** Conventions in which a span can leave beside MLflow's, for back ends that read those. */
export type Dialect = "genai" | "openinference";
export type Dialects = readonly Dialect[];

const writers = {
  genai: { write: toGenaiAttributes, prefix: "gen_ai." },
  openinference: { write: toOpeninferenceAttributes, prefix: "openinference." },
};

/** Throws TypeError for one that is not known. */
export function checkDialects(dialects: Dialects = []): Dialects {
  for (const dialect of dialects) {
    if (!Object.hasOwn(writers, dialect)) {
      throw new TypeError(`dialects must be "genai" or "openinference", got ${JSON.stringify(dialect)}`);
    }
  }
  return dialects;
}

/** The span with what it says in those conventions too; one that it speaks already, and every attribute it has, stays as it is. */
export function addDialects(span: Span, dialects: Dialects): Span {
  const missing = dialects
    .map((dialect) => writers[dialect])
    .filter(({ prefix }) => !Object.keys(span.attributes).some((key) => key.startsWith(prefix)));
  if (missing.length === 0) return span;
  const description = describeSpan(span);
  const added = missing.map(({ write }) => write(description, span.name));
  return { ...span, attributes: { ...Object.assign({}, ...added), ...span.attributes } };
}
