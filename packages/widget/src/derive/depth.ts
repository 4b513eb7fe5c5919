import type { SpanTree } from "./span-tree.js";

/** How many levels a tree has; 0 where there are no spans. */
export function countLevels({ nodes }: SpanTree): number {
  let most = 0;
  for (const { depth } of nodes) if (depth >= most) most = depth + 1;
  return most;
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
  const { nodes, indexOf } = tree;
  let least = Infinity;
  for (const spanId of collapsed) {
    least = Math.min(least, nodes[indexOf.get(spanId) ?? -1]?.depth ?? Infinity);
  }
  let count = 0;
  for (const { childCount, depth } of nodes) if (childCount > 0 && depth >= least) count++;
  return count === collapsed.size ? least + 1 : undefined;
}
