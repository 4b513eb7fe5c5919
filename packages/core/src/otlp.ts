export { importOtlp, type ImportOptions, type ImportResult } from "./exchange/import-otlp.js";
export type { ReadError } from "./exchange/otlp-read.js";
export { exportOtlp, toResourceSpans, type ExportOptions } from "./exchange/otlp-write.js";
export type { TextInput } from "./exchange/text-input.js";
