export type { ExplorerElement } from "./explorer-element.js";
export { decodeView, encodeView, type ExplorerView } from "./derive/explorer-view.js";
export type { Selection } from "./state/trace-state.js";
export { createReport, type ReportOptions, type ReportSource } from "./report.js";
export { mount, show, type ShowOptions } from "./show.js";
export type { TraceReader, TraceSource } from "./reading/source.js";
export { formatTrace } from "./terminal.js";
