/** Other names of a trace's fields, MLflow's among them, in filters and in orders. */
export const traceSynonyms: ReadonlyMap<string, string> = new Map([
  ["timestamp", "timestamp_ms"],
  ["end_time", "end_time_ms"],
  ["execution_time", "execution_time_ms"],
  ["trace_id", "request_id"],
  ["experiment_id", "experiment"],
]);
