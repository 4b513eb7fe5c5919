/**
 * The script in a notebook's output: it makes this output and all others on the page interactive. A text; see output-template.ts.
 */
import { defineExplorerElement } from "./explorer-element.js";
import { defineOutputElement } from "./hosts/output-element.js";

// A snapshot has no store to change, so an edit becomes code for a cell. Plot is left out, being as large as everything else.
defineExplorerElement({
  edit: () => import("./edit/edit-parts.js"),
  compare: () => import("./compare/compare-parts.js"),
  flame: () => import("./trace/flame-parts.js"),
});
defineOutputElement();
