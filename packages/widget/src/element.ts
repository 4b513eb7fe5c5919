import { allParts } from "./all-parts.js";
import { defineExplorerElement } from "./explorer-element.js";

export type { ExplorerElement } from "./explorer-element.js";
export type { ExplorerView } from "./derive/explorer-view.js";
export type { Selection } from "./state/trace-state.js";
export type { TraceReader, TraceSource } from "./reading/source.js";

// Also imported where there are no elements: in a worker that only records, or a server that renders pages.
if (typeof customElements !== "undefined") defineExplorerElement(allParts);
