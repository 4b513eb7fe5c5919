/** OTLP JSON, in and out: documents and JSON lines. */
export type { Dialect, Dialects } from "./exchange/dialects.js";
export { importOtlp } from "./exchange/import-otlp.js";
export type { ImportOptions, ImportResult } from "./exchange/import-records.js";
export type { ReadError } from "./exchange/read-errors.js";
export { exportOtlp, toResourceSpans, type ExportOptions, type ExportSource } from "./exchange/otlp-write.js";
export { textPieces, type TextInput } from "./exchange/text-input.js";
