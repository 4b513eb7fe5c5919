import { formatFilter } from "./format.js";
import { parseFilter } from "./parse.js";
import type { FilterTree } from "./tree.js";

/**
 * The tree of a query's filter, checked; undefined if there is none or it is empty. Throws FilterSyntaxError for bad text,
 * TypeError for what is neither a string nor a tree.
 */
export function toFilterTree(filter: string | FilterTree | undefined): FilterTree | undefined {
  if (filter === undefined) return undefined;
  if (typeof filter !== "string" && (typeof filter !== "object" || filter === null)) {
    throw new TypeError(`filter must be a string or a tree, got ${String(filter)}`);
  }
  const tree = parseFilter(typeof filter === "string" ? filter : formatFilter(filter));
  return tree.kind === "and" && tree.operands.length === 0 ? undefined : tree;
}
