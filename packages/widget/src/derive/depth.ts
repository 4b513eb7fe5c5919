import { placeAt } from "./place-at.js";
import type { SpanTree } from "./span-tree.js";

/** How many levels a tree has; 0 where there are no spans. */
export function countLevels({ depths }: SpanTree): number {
  let deepest = -1;
  for (const depth of depths) if (depth > deepest) deepest = depth;
  return deepest + 1;
}

/** What to collapse so that so many levels (from 1) are seen, and opening a span shows one level more. */
export function toCollapsedAt({ count, digestAt, childCounts, depths }: SpanTree, levels: number): string[] {
  const collapsed: string[] = [];
  for (let place = 0; place < count; place++) {
    if (placeAt(childCounts, place) === 0 || placeAt(depths, place) < levels - 1) continue;
    const digest = digestAt(place);
    if (digest) collapsed.push(digest.spanId);
  }
  return collapsed;
}

/** The levels that are seen; undefined where branches differ. */
export function toShownLevels(tree: SpanTree, collapsed: ReadonlySet<string>): number | undefined {
  if (collapsed.size === 0) return countLevels(tree);
  const { digestAt, depths, childCounts } = tree;
  /** How many spans with others inside there are at each depth. */
  const counts: number[] = [];
  for (let place = 0; place < tree.count; place++) {
    if (placeAt(childCounts, place) === 0) continue;
    const depth = placeAt(depths, place);
    counts[depth] = (counts[depth] ?? 0) + 1;
  }
  // All of them from some depth on are collapsed, and no other: then so many are.
  let least = counts.length;
  for (let count = 0; count < collapsed.size && least > 0; count += counts[least] ?? 0) least--;
  for (let place = 0; place < tree.count; place++) {
    if (placeAt(childCounts, place) === 0 || placeAt(depths, place) < least) continue;
    if (!collapsed.has(digestAt(place)?.spanId ?? "")) return undefined;
  }
  return least + 1;
}
