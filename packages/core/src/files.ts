/** MLflow's trace JSON in and out, and Chrome trace events out. */
export { chromeTrace } from "./exchange/chrome-trace.js";
export { importMlflow } from "./exchange/import-mlflow.js";
export type { ImportOptions, ImportResult } from "./exchange/import-records.js";
export { isMlflowJson } from "./exchange/is-mlflow-json.js";
export { exportMlflow, type MlflowExportOptions } from "./exchange/mlflow-write.js";
export type { ReadError } from "./exchange/read-errors.js";
export { encodingOf, gzipDamage, type TextInput } from "./exchange/text-input.js";
