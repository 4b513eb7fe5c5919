import type { SpanDigest } from "@spanbook/core/model";
import { isCollapsed, type Folding } from "./folding.js";
import { maybeGraft } from "./graft-spans.js";
import { placeAt } from "./place-at.js";
import { orderOf, toSpanColumns, type SpanColumns } from "./span-columns.js";
import { placeAfter, toTreeShape, type TreeCounts, type TreeShape } from "./tree-shape.js";

/** A span with its position in the tree. */
export interface SpanNode {
  readonly digest: SpanDigest;
  /** 0 for a root. */
  readonly depth: number;
  /** The parent's place in the tree; -1 for a root. */
  readonly parent: number;
  /** From 1, among the parent's children, or among the roots. */
  readonly position: number;
  readonly siblingCount: number;
  readonly childCount: number;
  /** The descendants follow directly. */
  readonly descendantCount: number;
  readonly failedDescendantCount: number;
  /** From 1, if siblings share the name. */
  readonly number: number | undefined;
  /** Whether the span names a parent that is not there. */
  readonly isOrphan: boolean;
}

export interface SpanTree extends TreeCounts {
  /** The number of spans. Places are below it: each span once, parents before children, siblings by start. */
  readonly count: number;
  digestAt(this: void, place: number): SpanDigest | undefined;
  /** All that is known about a span, assembled on request: few of 100,000 ever are. */
  nodeAt(this: void, place: number): SpanNode | undefined;
  /** The place of a span's id. */
  readonly indexOf: Pick<ReadonlyMap<string, number>, "get">;
  readonly columns: SpanColumns;
  readonly shape: TreeShape;
  /** The orders of the columns by place. */
  readonly orders: Int32Array;
}

/**
 * The spans of a trace, given in any order, as a tree. Spans whose parent is not there are roots too, and so is the earliest span
 * of a circle of parents. Of spans with the same id the first counts. A `known` tree of the same trace saves much time if that
 * has only grown.
 *
 * It is computed in flat arrays, by the spans' order and then by their places, so that a trace of 100,000 spans opens in a blink.
 */
export function toSpanTree(digests: readonly SpanDigest[], known?: SpanTree): SpanTree {
  const columns = toSpanColumns(digests, known?.columns);
  const { digests: sorted } = columns;
  const shape = (known && maybeGraft(columns, known.shape, known.columns)) ?? toTreeShape(columns);
  const { orders, placeOf, parents, depths, childCounts, descendantCounts } = shape;

  function digestAt(place: number): SpanDigest | undefined {
    return sorted[placeAt(orders, place)];
  }

  function nodeAt(place: number): SpanNode | undefined {
    const digest = digestAt(place);
    const parent = placeAt(parents, place);
    return (
      digest && {
        digest,
        depth: placeAt(depths, place),
        parent,
        position: placeAt(shape.positions, place),
        siblingCount: parent < 0 ? shape.rootCount : placeAt(childCounts, parent),
        childCount: placeAt(childCounts, place),
        descendantCount: placeAt(descendantCounts, place),
        failedDescendantCount: placeAt(shape.failedCounts, place),
        number: placeAt(shape.numbers, place) || undefined,
        isOrphan: parent < 0 && digest.parentSpanId !== undefined,
      }
    );
  }

  return {
    count: sorted.length,
    digestAt,
    nodeAt,
    indexOf: { get: (spanId) => placeOf[orderOf(columns, spanId)] },
    columns,
    shape,
    orders,
    parents,
    depths,
    childCounts,
    descendantCounts,
  };
}

/** All spans of a tree that is not large. */
export function nodesOf({ count, nodeAt }: SpanTree): readonly SpanNode[] {
  return Array.from({ length: count }, (_, place) => nodeAt(place) ?? []).flat();
}

/** The places of the rows to show: those without a collapsed ancestor and, if `kept` is given, not 0 in it. */
export function toVisibleRows(tree: SpanTree, folding: Folding, kept?: Uint8Array): Int32Array {
  const { count, descendantCounts } = tree;
  const rows = new Int32Array(count);
  let length = 0;
  for (let place = 0; place < count;) {
    if (kept?.[place] !== 0) rows[length++] = place;
    place = isCollapsed(tree, folding, place) ? placeAfter(descendantCounts, place) : place + 1;
  }
  return rows.subarray(0, length);
}

/** The index of a place among visible rows; -1 if it is not shown. */
export function findRow(rows: Int32Array, place: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? Infinity) < place) low = middle + 1;
    else high = middle;
  }
  return rows[low] === place ? low : -1;
}

/** The places around a place, the parent first. */
export function ancestorsOf({ parents }: SpanTree, place: number): number[] {
  const ancestors: number[] = [];
  for (let up = placeAt(parents, place); up >= 0; up = placeAt(parents, up)) ancestors.push(up);
  return ancestors;
}

/** The places of a span's children in their order; -1 for the roots. */
export function childrenOf({ count, descendantCounts }: SpanTree, parent: number): number[] {
  const children: number[] = [];
  const end = parent < 0 ? count : placeAfter(descendantCounts, parent);
  for (let place = parent + 1; place < end; place = placeAfter(descendantCounts, place)) children.push(place);
  return children;
}
