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
  const sorted = [...digests].sort(compareStarts);
  const ids = new Set(sorted.map(({ spanId }) => spanId));
  const roots: SpanDigest[] = [];
  const childrenOf = new Map<string, SpanDigest[]>();
  for (const digest of sorted) {
    const { parentSpanId } = digest;
    if (parentSpanId === undefined || !ids.has(parentSpanId)) {
      roots.push(digest);
      continue;
    }
    const siblings = childrenOf.get(parentSpanId);
    if (siblings) siblings.push(digest);
    else childrenOf.set(parentSpanId, [digest]);
  }

  const nodes: Draft[] = [];
  const indexOf = new Map<string, number>();
  // Not recursive: a chain of 5,000 calls is a trace like any other.
  const stack: Draft[] = [];
  function walk(siblings: readonly SpanDigest[]): void {
    pushSiblings(siblings, -1, -1);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (indexOf.has(node.digest.spanId)) continue;
      const index = nodes.length;
      indexOf.set(node.digest.spanId, index);
      nodes.push(node);
      pushSiblings(childrenOf.get(node.digest.spanId) ?? [], index, node.depth);
    }
  }
  function pushSiblings(siblings: readonly SpanDigest[], parent: number, parentDepth: number): void {
    const numbers = numberSameNames(siblings);
    for (let i = siblings.length - 1; i >= 0; i--) {
      const digest = siblings[i];
      if (digest === undefined) continue;
      const number = numbers[i];
      stack.push({
        digest,
        depth: parentDepth + 1,
        parent,
        position: i + 1,
        siblingCount: siblings.length,
        childCount: childrenOf.get(digest.spanId)?.length ?? 0,
        descendantCount: 0,
        failedDescendantCount: 0,
        ...(number !== undefined && { number }),
        isOrphan: parent === -1 && digest.parentSpanId !== undefined,
      });
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
