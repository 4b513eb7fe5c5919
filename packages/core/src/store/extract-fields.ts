import { describeSpan } from "../model/every-dialect.js";
import type { Trace } from "../model/trace.js";

/**
 * A row a trace, ready for a table: its id, and under each field's own text the value, or undefined where the trace has
 * none. Fields are MLflow's: `span.inputs`, `span.outputs`, `span.inputs.key` (keys may go on), with a span's name in
 * backticks where it holds a dot; and `info.key`, such as `info.tags.topic`. Of several spans of one name the first counts.
 *
 * Throws TypeError for a field that is none of these.
 *
 *     extractFields(traces, ["retrieve.inputs.query", "`my.span`.outputs", "info.state"])
 */
export function extractFields(
  traces: readonly Trace[],
  fields: readonly string[],
): Record<string, unknown>[] {
  const readers = fields.map((field) => [field, parseField(field)] as const);
  return traces.map((trace) => ({
    traceId: trace.info.traceId,
    ...Object.fromEntries(readers.map(([field, read]) => [field, read(trace)])),
  }));
}

function parseField(field: string): (trace: Trace) => unknown {
  const parts = [...field.matchAll(/`([^`]*)`(?:\.|$)|([^.]+)(?:\.|$)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
  const [first = "", facet = "", ...path] = parts;
  if (first === "info" && facet !== "") return (trace) => readPath(trace.info, [facet, ...path]);
  if (facet !== "inputs" && facet !== "outputs") {
    throw new TypeError(
      `a field must be span.inputs, span.outputs or info.key, got ${JSON.stringify(field)}`,
    );
  }
  return (trace) => {
    const span = trace.data.spans.find(({ name }) => name === first);
    return span && readPath(describeSpan(span)[facet], path);
  };
}

function readPath(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}
