import type { Span } from "../model/span.js";

/** Conventions in which a span can be written in addition to MLflow's, for back ends that read those. */
export type Dialect = "genai" | "openinference";
/** Several conventions, in any order. */
export type Dialects = readonly Dialect[];

const known: Dialects = ["genai", "openinference"];

/**
 * A function that adds those conventions to a span; their code is loaded on demand. Rejects with TypeError for an
 * unknown one.
 */
export async function openDialects(dialects: Dialects = []): Promise<(span: Span) => Span> {
  for (const dialect of dialects) {
    if (!known.includes(dialect)) {
      throw new TypeError(`dialects must be "genai" or "openinference", got ${JSON.stringify(dialect)}`);
    }
  }
  if (dialects.length === 0) return (span) => span;
  const { addDialects } = await import("./add-dialects.js");
  return (span) => addDialects(span, dialects);
}
