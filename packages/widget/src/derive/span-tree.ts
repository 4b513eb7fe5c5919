import { compareUnixNano, type SpanDigest } from "@spanbook/core/model";

/** A span in its tree. */
export interface SpanNode {
  readonly digest: SpanDigest;
  /** 0 for a root. */
  readonly depth: number;
  /** The parent's place in the tree's nodes; -1 for a root. */
  readonly parent: number;
  /** From 1, among the parent's children, or among the roots. */
  readonly position: number;
  readonly siblingCount: number;
  readonly childCount: number;
  /** The descendants are the nodes that follow directly. */
  readonly descendantCount: number;
  readonly failedDescendantCount: number;
  /** From 1, where siblings share the name. */
  readonly number?: number;
  /** The span names a parent that is not there. */
  readonly isOrphan: boolean;
}

export interface SpanTree {
  /** Every span once, a parent before its children, siblings by start. */
  readonly nodes: readonly SpanNode[];
  /** The place of a span's id. */
  readonly indexOf: Pick<ReadonlyMap<string, number>, "get">;
}

/**
 * The spans of a trace as a tree, in any order given. Spans whose parent is not there are roots too, and so is the
 * earliest span of a circle of parents. Of spans with the same id the first counts.
 *
 * Everything but the nodes themselves is worked out in flat arrays, by the spans' order and then by their places: a trace of
 * 100,000 spans is opened in a blink.
 */
export function toSpanTree(digests: readonly SpanDigest[]): SpanTree {
  const orderOf = new Map<string, number>();
  const sorted = withoutRepeats(toSorted(digests), orderOf);
  const count = sorted.length;
  const parentOf = new Int32Array(count);
  for (let order = 0; order < count; order++) {
    const parentSpanId = sorted[order]?.parentSpanId;
    parentOf[order] = parentSpanId === undefined ? -1 : (orderOf.get(parentSpanId) ?? -1);
  }

  const orders = toPreorder(parentOf);
  const placeOf = new Int32Array(count);
  for (let place = 0; place < count; place++) placeOf[at(orders, place)] = place;
  const parents = orders.map((order) => at(placeOf, at(parentOf, order)));
  const childCounts = new Int32Array(count);
  const positions = new Int32Array(count);
  const depths = new Int32Array(count);
  let rootCount = 0;
  for (let place = 0; place < count; place++) {
    const parent = at(parents, place);
    positions[place] = parent < 0 ? ++rootCount : (childCounts[parent] = at(childCounts, parent) + 1);
    depths[place] = parent < 0 ? 0 : at(depths, parent) + 1;
  }
  const descendantCounts = new Int32Array(count);
  const failedCounts = new Int32Array(count);
  for (let place = count - 1; place >= 0; place--) {
    const parent = at(parents, place);
    if (parent < 0) continue;
    const hasFailed = sorted[at(orders, place)]?.status === "ERROR";
    descendantCounts[parent] = at(descendantCounts, parent) + 1 + at(descendantCounts, place);
    failedCounts[parent] = at(failedCounts, parent) + Number(hasFailed) + at(failedCounts, place);
  }

  const numbers = numberSameNames(internNames(sorted, orders), childCounts, descendantCounts);

  const nodes: SpanNode[] = [];
  for (let place = 0; place < count; place++) {
    const digest = sorted[at(orders, place)];
    if (digest === undefined) break;
    const parent = at(parents, place);
    const node: Draft = {
      digest,
      depth: at(depths, place),
      parent,
      position: at(positions, place),
      siblingCount: parent < 0 ? rootCount : at(childCounts, parent),
      childCount: at(childCounts, place),
      descendantCount: at(descendantCounts, place),
      failedDescendantCount: at(failedCounts, place),
      isOrphan: parent < 0 && digest.parentSpanId !== undefined,
    };
    const number = at(numbers, place);
    if (number > 0) node.number = number;
    nodes.push(node);
  }
  return { nodes, indexOf: { get: (spanId) => placeOf[orderOf.get(spanId) ?? -1] } };
}

/** The places of the nodes to show: those without a collapsed ancestor, and of them those that are `kept`, if any are named. */
export function toVisibleRows(
  { nodes }: SpanTree,
  collapsed: ReadonlySet<string>,
  kept?: ReadonlySet<number>,
): readonly number[] {
  const rows: number[] = [];
  for (let index = 0; index < nodes.length;) {
    const node = nodes[index];
    if (node === undefined) break;
    if (!kept || kept.has(index)) rows.push(index);
    const isCollapsed = node.childCount > 0 && collapsed.size > 0 && collapsed.has(node.digest.spanId);
    index += 1 + (isCollapsed ? node.descendantCount : 0);
  }
  return rows;
}

/** Where among visible rows a span is; -1 where it is not shown. */
export function findRow({ indexOf }: SpanTree, rows: readonly number[], spanId: string | undefined): number {
  const place = spanId === undefined ? undefined : indexOf.get(spanId);
  if (place === undefined) return -1;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? Infinity) < place) low = middle + 1;
    else high = middle;
  }
  return rows[low] === place ? low : -1;
}

/** The ids of a span's ancestors, the parent first. */
export function ancestorsOf({ nodes, indexOf }: SpanTree, spanId: string): string[] {
  const ancestors: string[] = [];
  let node = nodes[indexOf.get(spanId) ?? -1];
  while (node && node.parent >= 0) {
    node = nodes[node.parent];
    if (node) ancestors.push(node.digest.spanId);
  }
  return ancestors;
}

/** The places of the children by their parent's place, in their order; the roots' parent is -1. */
export function groupByParent({ nodes }: SpanTree): ReadonlyMap<number, readonly number[]> {
  const childrenOf = new Map<number, number[]>();
  for (const [place, { parent }] of nodes.entries()) {
    const siblings = childrenOf.get(parent);
    if (siblings) siblings.push(place);
    else childrenOf.set(parent, [place]);
  }
  return childrenOf;
}

type Draft = { -readonly [Key in keyof SpanNode]: SpanNode[Key] };

/** -1 where there is no such place. */
function at(values: Int32Array, index: number): number {
  return values[index] ?? -1;
}

/**
 * A parent before its children, siblings in their order, circles of parents last. Cuts each circle at its earliest member:
 * the parent of that is set to -1.
 *
 * Not recursive: a chain of 5,000 calls is a trace like any other.
 */
function toPreorder(parentOf: Int32Array): Int32Array {
  const count = parentOf.length;
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  for (let order = count - 1; order >= 0; order--) {
    const parent = at(parentOf, order);
    if (parent < 0) continue;
    nextSibling[order] = at(firstChild, parent);
    firstChild[parent] = order;
  }
  const orders = new Int32Array(count);
  const isPlaced = new Uint8Array(count);
  let length = 0;
  function place(root: number): void {
    let order = root;
    while (order >= 0) {
      isPlaced[order] = 1;
      orders[length++] = order;
      let next = at(firstChild, order);
      for (; next < 0 && order !== root; order = at(parentOf, order)) next = at(nextSibling, order);
      order = next;
    }
  }
  function cut(order: number): void {
    const parent = at(parentOf, order);
    let before = at(firstChild, parent);
    if (before === order) firstChild[parent] = at(nextSibling, order);
    else {
      while (at(nextSibling, before) !== order) before = at(nextSibling, before);
      nextSibling[before] = at(nextSibling, order);
    }
    parentOf[order] = -1;
  }
  for (let order = 0; order < count; order++) if (at(parentOf, order) < 0) place(order);
  for (let order = 0; length < count; order++) {
    if (isPlaced[order] !== 0) continue;
    cut(order);
    place(order);
  }
  return orders;
}

/** From 1, by place, where siblings share a name; else 0. The siblings after a span come after its descendants. */
function numberSameNames(
  names: Int32Array,
  childCounts: Int32Array,
  descendantCounts: Int32Array,
): Int32Array {
  const count = names.length;
  const numbers = new Int32Array(count);
  /** By name, of the siblings that are looked at. */
  const totals = new Int32Array(count);
  const after = (place: number) => place + 1 + at(descendantCounts, place);
  for (let parent = -1; parent < count; parent++) {
    if (parent >= 0 && at(childCounts, parent) < 2) continue;
    const end = parent < 0 ? count : after(parent);
    for (let place = parent + 1; place < end; place = after(place)) {
      const name = at(names, place);
      numbers[place] = totals[name] = at(totals, name) + 1;
    }
    for (let place = parent + 1; place < end; place = after(place)) {
      if (at(totals, at(names, place)) === 1) numbers[place] = 0;
    }
    for (let place = parent + 1; place < end; place = after(place)) totals[at(names, place)] = 0;
  }
  return numbers;
}

/** The names by place, as numbers from 0. */
function internNames(sorted: readonly SpanDigest[], orders: Int32Array): Int32Array {
  const numbers = new Map<string, number>();
  return orders.map((order) => {
    const name = sorted[order]?.name ?? "";
    const known = numbers.get(name) ?? numbers.size;
    if (known === numbers.size) numbers.set(name, known);
    return known;
  });
}

/** Of digests with the same id the first; where each is, is noted. */
function withoutRepeats(sorted: readonly SpanDigest[], orderOf: Map<string, number>): readonly SpanDigest[] {
  for (let order = sorted.length - 1; order >= 0; order--) orderOf.set(sorted[order]?.spanId ?? "", order);
  if (orderOf.size === sorted.length) return sorted;
  const firsts = sorted.filter(({ spanId }, order) => orderOf.get(spanId) === order);
  for (const [order, { spanId }] of firsts.entries()) orderOf.set(spanId, order);
  return firsts;
}

/** By start. Stores give them so: then nothing is sorted. */
function toSorted(digests: readonly SpanDigest[]): readonly SpanDigest[] {
  const isSorted = digests.every((digest, at) => {
    const last = digests[at - 1];
    return last === undefined || compareStarts(last, digest) < 0;
  });
  return isSorted ? digests : [...digests].sort(compareStarts);
}

function compareStarts(a: SpanDigest, b: SpanDigest): number {
  return compareUnixNano(a.startTimeUnixNano, b.startTimeUnixNano) || (a.spanId < b.spanId ? -1 : 1);
}
