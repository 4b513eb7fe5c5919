import { placeAt } from "./place-at.js";
import type { SpanTree } from "./span-tree.js";

/**
 * Which spans of a tree are collapsed: those at the last level shown and below, with exceptions. That also covers spans that
 * arrive later, and showing two levels of 100,000 spans need not list any of them.
 */
export interface Folding {
  /** How many levels are shown, from 1; Infinity for all. */
  readonly levels: number;
  /** The ids of spans that are collapsed although they are above that level, or expanded although they are not. */
  readonly except: ReadonlySet<string>;
}

export const unfolded: Folding = { levels: Infinity, except: new Set() };

/** Whether a span's children are hidden. */
export function isCollapsed(
  { childCounts, depths, digestAt }: SpanTree,
  { levels, except }: Folding,
  place: number,
): boolean {
  if (placeAt(childCounts, place) === 0) return false;
  const isException = except.size > 0 && except.has(digestAt(place)?.spanId ?? "");
  return placeAt(depths, place) >= levels - 1 !== isException;
}

/** The folding with the spans at those places collapsed or expanded. */
export function withFolded(
  tree: SpanTree,
  folding: Folding,
  places: readonly number[],
  areCollapsed: boolean,
): Folding {
  const except = new Set(folding.except);
  for (const place of places) {
    const spanId = tree.digestAt(place)?.spanId;
    if (spanId === undefined || isCollapsed(tree, folding, place) === areCollapsed) continue;
    if (!except.delete(spanId)) except.add(spanId);
  }
  return { ...folding, except };
}

/** Shows that many levels (from 1), whatever was collapsed or expanded; opening a span then shows one more level. */
export function toLevels({ shape }: SpanTree, levels: number): Folding {
  return { ...unfolded, levels: levels < shape.levelCount ? levels : Infinity };
}

/** How many levels are shown; undefined if branches differ. */
export function toShownLevels({ shape }: SpanTree, { levels, except }: Folding): number | undefined {
  return except.size > 0 ? undefined : Math.min(levels, shape.levelCount);
}
