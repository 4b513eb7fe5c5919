/** The content of the details, in one chunk that is loaded when details are first shown. */
export { TraceOverview } from "../trace/trace-overview.js";
export { SpanShareMenu, TraceShareMenu } from "./share-menu.js";
export { SpanDetails } from "./span-details.js";
