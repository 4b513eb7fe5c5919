import { placeAt } from "./place-at.js";
import type { SpanTree } from "./span-tree.js";

/** How many levels a tree has; 0 where there are no spans. */
export function countLevels({ depths }: SpanTree): number {
  return depths.reduce((most, depth) => Math.max(most, depth + 1), 0);
}

/** What to collapse so that so many levels (from 1) are seen, and opening a span shows one level more. */
export function toCollapsedAt({ digestAt, childCounts, depths }: SpanTree, levels: number): string[] {
  const collapsed: string[] = [];
  for (const [place, depth] of depths.entries()) {
    const spanId = depth >= levels - 1 && placeAt(childCounts, place) > 0 && digestAt(place)?.spanId;
    if (spanId) collapsed.push(spanId);
  }
  return collapsed;
}

/** The levels that are seen; undefined where branches differ. */
export function toShownLevels(tree: SpanTree, collapsed: ReadonlySet<string>): number | undefined {
  if (collapsed.size === 0) return countLevels(tree);
  const { indexOf, depths, childCounts } = tree;
  let least = Infinity;
  for (const spanId of collapsed) least = Math.min(least, depths[indexOf.get(spanId) ?? -1] ?? Infinity);
  let count = 0;
  for (const [place, depth] of depths.entries()) {
    if (depth >= least && placeAt(childCounts, place) > 0) count++;
  }
  return count === collapsed.size ? least + 1 : undefined;
}
