import type { SpanTree } from "./span-tree.js";

/** How many levels a tree has; 0 where there are no spans. */
export function countLevels({ nodes }: SpanTree): number {
  return nodes.reduce((most, { depth }) => Math.max(most, depth + 1), 0);
}

/** What to collapse so that so many levels (from 1) are seen, and opening a span shows one level more. */
export function toCollapsedAt({ nodes }: SpanTree, levels: number): string[] {
  return nodes
    .filter(({ childCount, depth }) => childCount > 0 && depth >= levels - 1)
    .map(({ digest }) => digest.spanId);
}

/** The levels that are seen; undefined where branches differ. */
export function toShownLevels(tree: SpanTree, collapsed: ReadonlySet<string>): number | undefined {
  if (collapsed.size === 0) return countLevels(tree);
  let least = Infinity;
  for (const { digest, depth } of tree.nodes) {
    if (collapsed.has(digest.spanId)) least = Math.min(least, depth);
  }
  return toCollapsedAt(tree, least + 1).length === collapsed.size ? least + 1 : undefined;
}
