import { placeAt } from "./place-at.js";
import type { SpanColumns } from "./span-columns.js";
import { placeAfter, type TreeShape } from "./tree-shape.js";

/** For more than this, rebuilding the tree is faster. */
const maxGrafted = 32;

/**
 * The shape of a tree to which a few spans were added, each later than all known ones: each becomes its parent's last child, and
 * what comes after it moves on. undefined if anything else has changed.
 */
export function maybeGraft(
  columns: SpanColumns,
  known: TreeShape,
  knownColumns: SpanColumns,
): TreeShape | undefined {
  const count = columns.digests.length;
  const knownCount = known.orders.length;
  if (count - knownCount > maxGrafted || !isSameSoFar(columns, known, knownColumns)) return undefined;
  const lengthen = (values: Int32Array) => {
    const longer = new Int32Array(count);
    longer.set(values);
    return longer;
  };
  let { rootCount, levelCount } = known;
  const [orders, placeOf] = [lengthen(known.orders), lengthen(known.placeOf)];
  const [parents, positions, depths] = [
    lengthen(known.parents),
    lengthen(known.positions),
    lengthen(known.depths),
  ];
  const [childCounts, descendantCounts] = [lengthen(known.childCounts), lengthen(known.descendantCounts)];
  const [failedCounts, numbers] = [lengthen(known.failedCounts), lengthen(known.numbers)];

  for (let order = knownCount; order < count; order++) {
    const parentOrder = placeAt(columns.parents, order);
    if (parentOrder >= order) return undefined;
    const parent = parentOrder < 0 ? -1 : placeAt(placeOf, parentOrder);
    const at = parent < 0 ? order : placeAfter(descendantCounts, parent);
    const number = numberAmong(parent, at, order);
    for (let behind = at; behind < order; behind++) {
      placeOf[placeAt(orders, behind)] = behind + 1;
      if (placeAt(parents, behind) >= at) parents[behind] = placeAt(parents, behind) + 1;
    }
    const position = parent < 0 ? ++rootCount : (childCounts[parent] = placeAt(childCounts, parent) + 1);
    placeOf[order] = at;
    insert(orders, at, order, order);
    insert(parents, at, order, parent);
    insert(positions, at, order, position);
    const depth = parent < 0 ? 0 : placeAt(depths, parent) + 1;
    insert(depths, at, order, depth);
    levelCount = Math.max(levelCount, depth + 1);
    for (const counts of [childCounts, descendantCounts, failedCounts]) insert(counts, at, order, 0);
    insert(numbers, at, order, number);
    const hasFailed = columns.failed[order] ?? 0;
    for (let up = parent; up >= 0; up = placeAt(parents, up)) {
      descendantCounts[up] = placeAt(descendantCounts, up) + 1;
      failedCounts[up] = placeAt(failedCounts, up) + hasFailed;
    }
  }

  /** Its number, from 1, among the preceding siblings of the same name; 0 if there are none. */
  function numberAmong(parent: number, end: number, order: number): number {
    const name = placeAt(columns.names, order);
    let alike = 0;
    for (let place = parent + 1; place < end; place = placeAfter(descendantCounts, place)) {
      if (placeAt(columns.names, placeAt(orders, place)) === name) numbers[place] = ++alike;
    }
    return alike === 0 ? 0 : alike + 1;
  }

  return {
    ...{ rootCount, levelCount, orders, placeOf, parents, positions },
    ...{ depths, childCounts, descendantCounts, failedCounts, numbers },
  };
}

/** Inserts a value into the first `length` values. */
function insert(values: Int32Array, at: number, length: number, value: number): void {
  values.copyWithin(at + 1, at, length);
  values[at] = value;
}

/**
 * Whether the known spans are unchanged, as far as the tree goes; circles of parents come last in it, so nothing may follow them.
 */
function isSameSoFar(columns: SpanColumns, known: TreeShape, knownColumns: SpanColumns): boolean {
  // Columns that grew out of others share their maps.
  if (columns.orders !== knownColumns.orders) return false;
  let rootCount = 0;
  for (let order = 0; order < known.orders.length; order++) {
    const parent = placeAt(columns.parents, order);
    if (parent !== knownColumns.parents[order]) return false;
    if (columns.failed[order] !== knownColumns.failed[order]) return false;
    if (parent < 0) rootCount++;
  }
  return rootCount === known.rootCount;
}
