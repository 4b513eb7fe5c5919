import { placeAt } from "./place-at.js";
import type { SpanTree } from "./span-tree.js";

/**
 * Which spans of a tree are collapsed: those at the last level that is shown and below, but for exceptions. Spans that come later
 * are so too, and to show two levels of 100,000 spans names none of them.
 */
export interface Folding {
  /** How many levels are shown, from 1; Infinity for all. */
  readonly levels: number;
  /** The ids of spans that are collapsed though they lie above, or expanded though they do not. */
  readonly except: ReadonlySet<string>;
}

export const unfolded: Folding = { levels: Infinity, except: new Set() };

/** Whether what is inside a span is not shown. */
export function isCollapsed(
  { childCounts, depths, digestAt }: SpanTree,
  { levels, except }: Folding,
  place: number,
): boolean {
  if (placeAt(childCounts, place) === 0) return false;
  const isException = except.size > 0 && except.has(digestAt(place)?.spanId ?? "");
  return placeAt(depths, place) >= levels - 1 !== isException;
}

/** With the spans at those places collapsed, or expanded. */
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

/** So many levels (from 1), whatever was collapsed and expanded; opening a span then shows one level more. */
export function toLevels({ shape }: SpanTree, levels: number): Folding {
  return { ...unfolded, levels: levels < shape.levelCount ? levels : Infinity };
}

/** The levels that are shown; undefined where branches differ. */
export function toShownLevels({ shape }: SpanTree, { levels, except }: Folding): number | undefined {
  return except.size > 0 ? undefined : Math.min(levels, shape.levelCount);
}
