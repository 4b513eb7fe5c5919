import type { SpanDigest } from "@spanbook/core/model";
import { childrenOf, type SpanTree } from "./span-tree.js";

/** A row of two aligned trees: a span of both, or of one. */
export interface AlignedRow {
  /** Places in the two trees; one is absent if only the other tree has the span. */
  readonly before?: number;
  readonly after?: number;
  /** 0 for a root. */
  readonly depth: number;
  /** The parent's place among the rows; -1 for a root. */
  readonly parent: number;
  readonly childCount: number;
  /** The descendants are the rows that follow directly. */
  readonly descendantCount: number;
}

/**
 * Two traces aligned in one tree. Spans correspond if the names on their path from the root and their order do: among the
 * children of corresponding spans, the first of a name and type corresponds to the first of that name in the other trace, and so
 * on. Two single roots correspond whatever their names, and a model's name within a span's is ignored: one often compares the
 * same program with another model.
 *
 * Siblings come in the order of the trace `after`; what only `before` has follows the sibling that it followed there.
 */
export function alignTrees(before: SpanTree, after: SpanTree): readonly AlignedRow[] {
  const rows: Draft[] = [];
  // Not recursive: a chain of 5,000 calls is a trace like any other.
  const stack: Draft[] = [];

  function push(pairs: readonly Pair[], parent: number, depth: number): void {
    for (let i = pairs.length - 1; i >= 0; i--) {
      stack.push({ ...pairs[i], depth, parent, childCount: 0, descendantCount: 0 });
    }
  }

  push(alignRoots(before, after, childrenOf(before, -1), childrenOf(after, -1)), -1, 0);
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    const [inBefore, inAfter] = [maybeChildren(before, row.before), maybeChildren(after, row.after)];
    const children = alignSiblings(before, after, inBefore, inAfter);
    row.childCount = children.length;
    push(children, rows.push(row) - 1, row.depth + 1);
  }
  countDescendants(rows);
  return rows;
}

type Pair = Pick<AlignedRow, "before" | "after">;
type Draft = { -readonly [Key in keyof AlignedRow]: AlignedRow[Key] };

function maybeChildren(tree: SpanTree, place: number | undefined): readonly number[] {
  return place === undefined ? [] : childrenOf(tree, place);
}

function alignRoots(
  before: SpanTree,
  after: SpanTree,
  rootsBefore: readonly number[],
  rootsAfter: readonly number[],
): Pair[] {
  const [rootBefore, ...othersBefore] = rootsBefore;
  const [rootAfter, ...othersAfter] = rootsAfter;
  if (rootBefore !== undefined && rootAfter !== undefined && !othersBefore.length && !othersAfter.length) {
    return [{ before: rootBefore, after: rootAfter }];
  }
  return alignSiblings(before, after, rootsBefore, rootsAfter);
}

function alignSiblings(
  before: SpanTree,
  after: SpanTree,
  siblingsBefore: readonly number[],
  siblingsAfter: readonly number[],
): Pair[] {
  const waiting = new Map<string, number[]>();
  // From the last, so that the first of a name is taken first.
  for (const place of siblingsAfter.toReversed()) {
    const key = toKey(after.digestAt(place));
    const places = waiting.get(key);
    if (places) places.push(place);
    else waiting.set(key, [place]);
  }
  /** What only `before` has, by the place in `after` that it follows; -1 if it follows none. */
  const goneAfter = new Map<number, number[]>();
  const partners = new Map<number, number>();
  let followed = -1;
  for (const place of siblingsBefore) {
    const partner = waiting.get(toKey(before.digestAt(place)))?.pop();
    if (partner !== undefined) {
      partners.set(partner, place);
      followed = partner;
      continue;
    }
    const gone = goneAfter.get(followed);
    if (gone) gone.push(place);
    else goneAfter.set(followed, [place]);
  }
  const goneAt = (place: number): Pair[] => (goneAfter.get(place) ?? []).map((gone) => ({ before: gone }));
  return [
    ...goneAt(-1),
    ...siblingsAfter.flatMap((place) => {
      const partner = partners.get(place);
      return [{ ...(partner !== undefined && { before: partner }), after: place }, ...goneAt(place)];
    }),
  ];
}

function toKey(digest: SpanDigest | undefined): string {
  if (digest === undefined) return "";
  const { name, type, model } = digest;
  const plain = model === undefined || model === "" ? name : name.replace(model, "\0");
  return `${type}\0${plain}`;
}

function countDescendants(rows: readonly Draft[]): void {
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index];
    const parent = rows[row?.parent ?? -1];
    if (row && parent) parent.descendantCount += 1 + row.descendantCount;
  }
}
