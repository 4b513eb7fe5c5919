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
  readonly indexOf: ReadonlyMap<string, number>;
}

/**
 * The spans of a trace as a tree, in any order given. Spans whose parent is not there are roots too, and so is the
 * earliest span of a circle of parents.
 */
export function toSpanTree(digests: readonly SpanDigest[]): SpanTree {
  const sorted = toSorted(digests);
  const orderOf = new Map<string, number>();
  for (let order = sorted.length - 1; order >= 0; order--) orderOf.set(sorted[order]?.spanId ?? "", order);
  const roots: SpanDigest[] = [];
  /** By the parent's place in the order. */
  const childrenOf: (SpanDigest[] | undefined)[] = [];
  for (const digest of sorted) {
    const { parentSpanId } = digest;
    const parent = parentSpanId === undefined ? undefined : orderOf.get(parentSpanId);
    if (parent === undefined) roots.push(digest);
    else (childrenOf[parent] ??= []).push(digest);
  }

  const nodes: Draft[] = [];
  const indexOf = new Map<string, number>();
  // Not recursive: a chain of 5,000 calls is a trace like any other.
  const stack: Draft[] = [];
  function walk(siblings: readonly SpanDigest[]): void {
    pushSiblings(siblings, -1, -1);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const { spanId } = node.digest;
      if (indexOf.has(spanId)) continue;
      const index = nodes.length;
      indexOf.set(spanId, index);
      nodes.push(node);
      const children = childrenOf[orderOf.get(spanId) ?? -1];
      if (children === undefined) continue;
      node.childCount = children.length;
      pushSiblings(children, index, node.depth);
    }
  }
  function pushSiblings(siblings: readonly SpanDigest[], parent: number, parentDepth: number): void {
    const numbers = numberSameNames(siblings);
    for (let i = siblings.length - 1; i >= 0; i--) {
      const digest = siblings[i];
      if (digest === undefined) continue;
      const node: Draft = {
        digest,
        depth: parentDepth + 1,
        parent,
        position: i + 1,
        siblingCount: siblings.length,
        childCount: 0,
        descendantCount: 0,
        failedDescendantCount: 0,
        isOrphan: parent === -1 && digest.parentSpanId !== undefined,
      };
      const number = numbers[i];
      if (number !== undefined) node.number = number;
      stack.push(node);
    }
  }
  walk(roots);
  if (nodes.length < sorted.length) {
    for (const digest of sorted) if (!indexOf.has(digest.spanId)) walk([digest]);
  }
  countDescendants(nodes);
  return { nodes, indexOf };
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
    index += 1 + (collapsed.has(node.digest.spanId) ? node.descendantCount : 0);
  }
  return rows;
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

function numberSameNames(siblings: readonly SpanDigest[]): (number | undefined)[] {
  if (siblings.length < 2) return [];
  const totals = new Map<string, number>();
  for (const { name } of siblings) totals.set(name, (totals.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return siblings.map(({ name }) => {
    if (totals.get(name) === 1) return undefined;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return number;
  });
}

function countDescendants(nodes: readonly Draft[]): void {
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    const parent = nodes[node?.parent ?? -1];
    if (!node || !parent) continue;
    parent.descendantCount += 1 + node.descendantCount;
    parent.failedDescendantCount += Number(node.digest.status === "ERROR") + node.failedDescendantCount;
  }
}
