import { placeAt } from "./place-at.js";
import { toPreorder } from "./preorder.js";
import type { SpanColumns } from "./span-columns.js";

/** A tree's counts, in flat arrays by place, for code that goes through all of it. */
export interface TreeCounts {
  /** -1 for a root. */
  readonly parents: Int32Array;
  readonly depths: Int32Array;
  readonly childCounts: Int32Array;
  readonly descendantCounts: Int32Array;
}

/** A tree without its spans' content: only positions, in flat arrays by place. */
export interface TreeShape extends TreeCounts {
  readonly rootCount: number;
  /** The number of levels; 0 if there are no spans. */
  readonly levelCount: number;
  /** The orders of the columns by place, and the places by order. */
  readonly orders: Int32Array;
  readonly placeOf: Int32Array;
  /** From 1, among the parent's children, or among the roots. */
  readonly positions: Int32Array;
  readonly failedCounts: Int32Array;
  /** From 1, if siblings share a name; else 0. */
  readonly numbers: Int32Array;
}

/** The shape of the tree that the columns' spans form. */
export function toTreeShape(columns: SpanColumns): TreeShape {
  const count = columns.digests.length;
  const parentOf = columns.parents.slice();
  const orders = toPreorder(parentOf);
  const placeOf = new Int32Array(count);
  for (let place = 0; place < count; place++) placeOf[placeAt(orders, place)] = place;
  const parents = orders.map((order) => placeAt(placeOf, placeAt(parentOf, order)));
  const childCounts = new Int32Array(count);
  const positions = new Int32Array(count);
  const depths = new Int32Array(count);
  let rootCount = 0;
  let levelCount = 0;
  for (let place = 0; place < count; place++) {
    const parent = placeAt(parents, place);
    positions[place] = parent < 0 ? ++rootCount : (childCounts[parent] = placeAt(childCounts, parent) + 1);
    const depth = (depths[place] = parent < 0 ? 0 : placeAt(depths, parent) + 1);
    levelCount = Math.max(levelCount, depth + 1);
  }
  const descendantCounts = new Int32Array(count);
  const failedCounts = new Int32Array(count);
  for (let place = count - 1; place >= 0; place--) {
    const parent = placeAt(parents, place);
    if (parent < 0) continue;
    const hasFailed = columns.failed[placeAt(orders, place)] ?? 0;
    descendantCounts[parent] = placeAt(descendantCounts, parent) + 1 + placeAt(descendantCounts, place);
    failedCounts[parent] = placeAt(failedCounts, parent) + hasFailed + placeAt(failedCounts, place);
  }
  const names = orders.map((order) => placeAt(columns.names, order));
  const numbers = numberSameNames(names, columns.nameNumbers.size, childCounts, descendantCounts);
  return {
    ...{ rootCount, levelCount, orders, placeOf, parents, positions },
    ...{ depths, childCounts, descendantCounts, failedCounts, numbers },
  };
}

/** The place after a span and all its descendants. */
export function placeAfter(descendantCounts: Int32Array, place: number): number {
  return place + 1 + placeAt(descendantCounts, place);
}

/** From 1, by place, if siblings share a name; else 0. The siblings after a span come after its descendants. */
function numberSameNames(
  names: Int32Array,
  nameCount: number,
  childCounts: Int32Array,
  descendantCounts: Int32Array,
): Int32Array {
  const count = names.length;
  const numbers = new Int32Array(count);
  /** By name, among the current siblings. */
  const totals = new Int32Array(nameCount);
  const after = (place: number) => placeAfter(descendantCounts, place);
  for (let parent = -1; parent < count; parent++) {
    if (parent >= 0 && placeAt(childCounts, parent) < 2) continue;
    const end = parent < 0 ? count : after(parent);
    for (let place = parent + 1; place < end; place = after(place)) {
      const name = placeAt(names, place);
      numbers[place] = totals[name] = placeAt(totals, name) + 1;
    }
    for (let place = parent + 1; place < end; place = after(place)) {
      if (placeAt(totals, placeAt(names, place)) === 1) numbers[place] = 0;
    }
    for (let place = parent + 1; place < end; place = after(place)) totals[placeAt(names, place)] = 0;
  }
  return numbers;
}
