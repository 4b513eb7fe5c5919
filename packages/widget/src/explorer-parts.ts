import type * as CompareParts from "./compare/compare-parts.js";
import type * as EditParts from "./edit/edit-parts.js";
import type * as Plots from "./list/plots/plots.js";
import type * as FlameParts from "./trace/flame-parts.js";

/** Parts of the explorer that are loaded on first use. A part left out is not offered to the reader. */
export interface ExplorerParts {
  readonly edit?: () => Promise<typeof EditParts>;
  readonly compare?: () => Promise<typeof CompareParts>;
  readonly flame?: () => Promise<typeof FlameParts>;
  readonly plots?: () => Promise<typeof Plots>;
}
