/** The help for writing filters, with the parser, in one chunk that is loaded when the search box gets the focus. */
export { maybeColonFilter } from "../derive/colon-filter.js";
export { applyChoice, completeQuery, type Completion } from "../derive/complete-query.js";
export { toKnownValues } from "../derive/known-values.js";
export { maybeProblem } from "../derive/query-filter.js";
export { SearchHelp } from "./search-help.js";
