export { uploadOtlp, type UploadOptions, type UploadResult } from "./exchange/upload-otlp.js";
export type { TargetOptions } from "./exchange/upload-target.js";
