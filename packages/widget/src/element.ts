import { allParts } from "./all-parts.js";
import { defineExplorerElement } from "./explorer-element.js";

export type { ExplorerElement } from "./explorer-element.js";
export type { ExplorerView } from "./derive/explorer-view.js";
export type { Selection } from "./state/trace-state.js";
export type { TraceReader, TraceSource } from "./source.js";

defineExplorerElement(allParts);
