import type { ExplorerParts } from "./explorer-parts.js";

export const allParts: ExplorerParts = {
  edit: () => import("./edit/edit-parts.js"),
  compare: () => import("./compare/compare-parts.js"),
  flame: () => import("./trace/flame-parts.js"),
  plots: () => import("./list/plots/plots.js"),
};
