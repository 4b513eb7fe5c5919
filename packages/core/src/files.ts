export { chromeTrace } from "./exchange/chrome-trace.js";
export { importMlflow } from "./exchange/import-mlflow.js";
export type { ImportOptions, ImportResult } from "./exchange/import-otlp.js";
export { exportMlflow, type MlflowExportOptions } from "./exchange/mlflow-write.js";
export type { ReadError } from "./exchange/otlp-read.js";
export type { TextInput } from "./exchange/text-input.js";
