/**
 * Everything that a page needs to record, keep and show traces, in one file:
 *
 *     import { init, openStore, show, trace } from "./spanbook.js";
 *
 * A worker can import it too: it records there (`joinStore`) and shows nothing.
 */
import "@spanbook/widget/element";

export * from "@spanbook/core";
export { createMemoryStore } from "@spanbook/core/memory";
export {
  exportOtlp,
  importOtlp,
  type ExportOptions,
  type ImportOptions,
  type ImportResult,
} from "@spanbook/core/otlp";
export { joinStore, shareStore } from "@spanbook/core/worker";
export { openStore, type IdbStore, type OpenStoreOptions } from "@spanbook/store-idb";
export * from "@spanbook/widget";
export { importReport } from "@spanbook/widget/import-report";
