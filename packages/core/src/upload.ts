/** Sends a store's traces to an OpenTelemetry back end. */
export { autoUpload, type AutoUpload, type AutoUploadOptions } from "./exchange/auto-upload.js";
export type { Dialect, Dialects } from "./exchange/dialects.js";
export type { OtlpProtocol } from "./exchange/upload-encoding.js";
export { uploadOtlp, type UploadOptions } from "./exchange/upload-otlp.js";
export type { PlannedTrace, UploadResult } from "./exchange/upload-result.js";
export type { TargetOptions } from "./exchange/upload-target.js";
