import { describeSpan } from "../model/every-dialect.js";
import type { Trace } from "../model/trace.js";

/**
 * One row per trace, ready for a table: its id, and the value of each field under the field's text, or undefined if the trace
 * has none. Fields are MLflow's: `span.inputs`, `span.outputs`, `span.inputs.key` (keys may go on), with the span's name in
 * backticks if it contains a dot; and `info.key`, such as `info.tags.topic`. Of several spans with one name the first counts.
 *
 * Throws TypeError for any other field.
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
