import { isCollapsed, toLevels, unfolded, withFolded } from "../derive/folding.js";
import {
  noFilter,
  toMatches,
  toNextFailed,
  toNextMatch,
  toSpansAround,
  type SpanFilter,
  type SpanMatches,
} from "../derive/span-filter.js";
import { ancestorsOf } from "../derive/span-tree.js";
import type { ExplorerState } from "../explorer-state.js";
import type { TraceActions } from "./trace-props.js";
import type { TraceFigures } from "./use-trace-figures.js";

/** Moves from span to span. The target is always shown: collapsed ancestors are opened, or a search that hides it is cleared. */
export interface SpanSteps {
  reveal(spanId: string | undefined): void;
  /** Searches for spans, and opens the ancestors of some matches. */
  look(filter: SpanFilter): void;
  /** Opens the ancestors of matches. */
  openFound(): void;
  /** Returns whether there was a match to go to. */
  toMatch(step: 1 | -1): boolean;
  /** The same for failed spans, first those in which a failure began. */
  toFailed(step: 1 | -1): boolean;
  showLevels(levels: number): void;
}

type Shown = Pick<ExplorerState, "spanId" | "folding">;

export function createSpanSteps(
  { tree, times, matches }: TraceFigures,
  { spanId, folding }: Shown,
  actions: TraceActions,
): SpanSteps {
  function reveal(target: string | undefined): void {
    if (target === undefined) return;
    const place = tree.indexOf.get(target) ?? -1;
    expand(ancestorsOf(tree, place));
    if (matches?.kept[place] === 0) actions.setFilter(noFilter);
    void actions.selectSpan(target);
  }

  const selected = tree.indexOf.get(spanId ?? "") ?? -1;

  function goTo(place: number | undefined): boolean {
    if (place !== undefined) reveal(tree.digestAt(place)?.spanId);
    return place !== undefined;
  }

  function open(found: SpanMatches | undefined): void {
    if (found && folding !== unfolded) expand(toSpansAround(tree, found));
  }

  function expand(places: readonly number[]): void {
    const hidden = places.filter((place) => isCollapsed(tree, folding, place));
    if (hidden.length > 0) actions.fold(withFolded(tree, folding, hidden, false));
  }

  return {
    reveal,
    look(filter) {
      if (folding !== unfolded) open(toMatches(tree, times, filter));
      actions.setFilter(filter);
    },
    openFound: () => open(matches),
    toMatch: (step) => goTo(toNextMatch(matches?.places ?? [], selected, step)),
    toFailed: (step) => goTo(toNextFailed(tree, selected, step)),
    showLevels: (levels) => actions.fold(toLevels(tree, levels)),
  };
}
