/** The fields that MLflow's trace JSON begins with. */
const firstFields = new Set(["info", "data", "request_id", "trace_id"]);

/**
 * Whether JSON text, or its beginning, is MLflow's: a trace, a list of traces, or the spans of one as MLflow keeps them in its
 * artifacts. The first field decides. A list under `data` is another tool's, such as Jaeger's.
 */
export function isMlflowJson(text: string): boolean {
  const [, field = "", list] = /^\uFEFF?\s*\[?\s*\{\s*"([^"]*)"(\s*:\s*\[)?/.exec(text) ?? [];
  return list === undefined ? firstFields.has(field) : field === "spans";
}
