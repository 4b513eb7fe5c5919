/** The fields that MLflow's trace JSON begins with. */
const firstFields = new Set(["info", "data", "request_id", "trace_id"]);

/**
 * Whether JSON text, or its beginning, is MLflow's: a trace, or a list of traces. The first field decides. A list under `data`
 * is another tool's, such as Jaeger's.
 */
export function isMlflowJson(text: string): boolean {
  const field = /^\uFEFF?\s*\[?\s*\{\s*"([^"]*)"(?!\s*:\s*\[)/.exec(text)?.[1];
  return field !== undefined && firstFields.has(field);
}
