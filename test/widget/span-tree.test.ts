import { digestSpan, type SpanDigest } from "@spanbook/core/model";
import { describe, expect, test } from "vitest";
import { unfolded, withFolded, type Folding } from "../../packages/widget/src/derive/folding.js";
import {
  ancestorsOf,
  findRow,
  nodesOf,
  toSpanTree,
  toVisibleRows,
  type SpanNode,
  type SpanTree,
} from "../../packages/widget/src/derive/span-tree.js";
import { toSpanTimes } from "../../packages/widget/src/derive/span-times.js";
import { createRandom } from "../support/random.js";
import { aSpan, spanId, type SpanSketch } from "../support/spans.js";

function digests(...sketches: SpanSketch[]): SpanDigest[] {
  return sketches.map((sketch) => digestSpan(aSpan(sketch), 1));
}

function folded(tree: SpanTree, spanIds: readonly string[]): Folding {
  const places = spanIds.map((id) => tree.indexOf.get(id)!);
  return withFolded(tree, unfolded, places, true);
}

function outline(spans: readonly SpanDigest[], collapsed: string[] = []): string[] {
  const tree = toSpanTree(spans);
  return [...toVisibleRows(tree, folded(tree, collapsed))].map((index) => {
    const { digest, depth, number } = tree.nodeAt(index)!;
    return `${"  ".repeat(depth)}${digest.name}${number === undefined ? "" : `_${number}`}`;
  });
}

describe("the tree of spans", () => {
  test("puts a parent before its children and siblings by start, in whatever order they arrive", () => {
    const spans = digests(
      { id: 4, parent: 2, name: "inner", startMs: 15 },
      { id: 3, parent: 1, name: "later", startMs: 30 },
      { id: 2, parent: 1, name: "earlier", startMs: 10 },
      { id: 1, name: "root" },
    );
    expect(outline(spans)).toEqual(["root", "  earlier", "    inner", "  later"]);
  });

  test("numbers siblings with the same name, and no others", () => {
    const spans = digests(
      { id: 1, name: "root" },
      { id: 2, parent: 1, name: "call", startMs: 1 },
      { id: 3, parent: 1, name: "once", startMs: 2 },
      { id: 4, parent: 1, name: "call", startMs: 3 },
      { id: 5, parent: 4, name: "call", startMs: 4 },
    );
    expect(outline(spans)).toEqual(["root", "  call_1", "  once", "  call_2", "    call"]);
  });

  test("makes a span whose parent is missing a root, and says so", () => {
    const tree = toSpanTree(digests({ id: 1, name: "root" }, { id: 2, parent: 9, name: "late", startMs: 5 }));
    expect(nodesOf(tree).map(({ depth, isOrphan }) => [depth, isOrphan])).toEqual([
      [0, false],
      [0, true],
    ]);
  });

  test("keeps spans that are each other's parents", () => {
    const spans = digests(
      { id: 1, parent: 2, name: "a" },
      { id: 2, parent: 1, name: "b", startMs: 1 },
      { id: 3, parent: 3, name: "self", startMs: 2 },
    );
    expect(outline(spans)).toEqual(["a", "  b", "self"]);
  });

  test("hides what is inside a collapsed span", () => {
    const spans = digests(
      { id: 1, name: "root" },
      { id: 2, parent: 1, name: "a", startMs: 1 },
      { id: 3, parent: 2, name: "inside", startMs: 2 },
      { id: 4, parent: 1, name: "b", startMs: 3 },
    );
    expect(outline(spans, [spanId(2)])).toEqual(["root", "  a", "  b"]);
    expect(outline(spans, [spanId(1), spanId(2)])).toEqual(["root"]);
  });

  test("finds the row of a span that is shown, and none for one that is not", () => {
    const tree = toSpanTree(
      digests(
        { id: 1 },
        { id: 2, parent: 1, startMs: 1 },
        { id: 3, parent: 2, startMs: 2 },
        { id: 4, parent: 1, startMs: 3 },
      ),
    );
    const rows = toVisibleRows(tree, folded(tree, [spanId(2)]));
    expect([0, 1, 2, 3, -1].map((place) => findRow(rows, place))).toEqual([0, 1, -1, 2, -1]);
  });

  test("counts descendants, and those that failed", () => {
    const tree = toSpanTree(
      digests(
        { id: 1 },
        { id: 2, parent: 1, startMs: 1, status: "ERROR" },
        { id: 3, parent: 2, startMs: 2, status: "ERROR" },
      ),
    );
    expect(nodesOf(tree).map(({ descendantCount }) => descendantCount)).toEqual([2, 1, 0]);
    expect(nodesOf(tree).map(({ failedDescendantCount }) => failedDescendantCount)).toEqual([2, 1, 0]);
  });

  test("gives the ancestors of a span, the nearest first", () => {
    const tree = toSpanTree(
      digests({ id: 1 }, { id: 2, parent: 1, startMs: 1 }, { id: 3, parent: 2, startMs: 2 }),
    );
    expect(ancestorsOf(tree, 2)).toEqual([1, 0]);
  });

  test("handles a chain of 20,000 calls", () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => ({
      id: i + 1,
      startMs: i,
      ...(i > 0 && { parent: i }),
    }));
    const nodes = nodesOf(toSpanTree(digests(...chain)));
    expect(nodes.at(-1)?.depth).toBe(19_999);
    expect(nodes[0]?.descendantCount).toBe(19_999);
  });

  test("has every span once, whoever names whom as parent", () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(seed);
      const count = random.integer(1, 30);
      const spans = digests(
        ...Array.from({ length: count }, (_, i) => ({
          id: i + 1,
          startMs: random.integer(0, 5),
          ...(random.chance(0.8) && { parent: random.integer(1, count + 3) }),
        })),
      );
      const nodes = nodesOf(toSpanTree(random.shuffle(spans)));
      expect(nodes.map(({ digest }) => digest.spanId).sort()).toEqual(
        spans.map((span) => span.spanId).sort(),
      );
      for (const [index, { parent, depth, digest }] of nodes.entries()) {
        expect(parent).toBeLessThan(index);
        expect(depth).toBe(parent < 0 ? 0 : nodes[parent]!.depth + 1);
        if (parent >= 0) expect(digest.parentSpanId).toBe(nodes[parent]!.digest.spanId);
      }
    }
  });

  test("is the tree that a plain recursive walk builds", () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      const count = random.integer(1, 60);
      const spans = digests(
        ...Array.from({ length: count }, (_, i) => ({
          id: i + 1,
          name: `call ${random.integer(1, 3)}`,
          startMs: random.integer(0, 20),
          ...(random.chance(0.2) && { status: "ERROR" as const }),
          ...(random.chance(0.9) && { parent: random.integer(Math.max(1, i - 5), i + 2) }),
        })).map((sketch) =>
          sketch.parent !== undefined && sketch.parent >= sketch.id ? { ...sketch, parent: 99 } : sketch,
        ),
      );
      expect(nodesOf(toSpanTree(random.shuffle(spans))).map(toPlainNode)).toEqual(toNodesPlainly(spans));
    }
  });

  test("is the same grown step by step as built at once, whatever arrives, ends or is late", () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      const all = digests(
        ...Array.from({ length: random.integer(2, 40) }, (_, i) => ({
          id: i + 1,
          name: `call ${random.integer(1, 3)}`,
          startMs: i + (random.chance(0.04) ? random.integer(-9, 9) : 0),
          ...(random.chance(0.1) && { status: "ERROR" as const }),
          ...(random.chance(0.8) && i > 0 && { parent: random.integer(1, i + 4) }),
        })),
      );
      const endless = ({ endTimeUnixNano: _, ...digest }: SpanDigest): SpanDigest => digest;
      let given: readonly SpanDigest[] = [];
      let tree = toSpanTree(given);
      while (given.length < all.length) {
        const seen = given.map((digest, at) => (random.chance(0.3) ? all[at]! : digest));
        const fresh = all.slice(seen.length, seen.length + random.integer(1, 9));
        given = [...seen, ...fresh.map((digest) => (random.chance(0.3) ? endless(digest) : digest))];
        tree = toSpanTree(given, tree);
        const anew = toSpanTree([...given]);
        expect(nodesOf(tree).map(toPlainNode), `seed ${seed}`).toEqual(nodesOf(anew).map(toPlainNode));
        const timeline = { startUnixNano: all[0]!.startTimeUnixNano, durationMs: 99, openEndMs: 99 };
        expect(toSpanTimes(tree, timeline)).toEqual(toSpanTimes(anew, timeline));
        for (const { spanId: id } of all) expect(tree.indexOf.get(id)).toBe(anew.indexOf.get(id));
      }
    }
  });

  test("finds the first of two spans with the same id", () => {
    const tree = toSpanTree(
      digests(
        { id: 1 },
        { id: 2, parent: 1, name: "a", startMs: 1 },
        { id: 2, parent: 1, name: "b", startMs: 2 },
      ),
    );
    expect(nodesOf(tree).map(({ digest, siblingCount }) => [digest.name, siblingCount])).toHaveLength(2);
    expect(tree.digestAt(tree.indexOf.get(spanId(2)) ?? -1)?.name).toBe("a");
  });
});

function toPlainNode(node: SpanNode): SpanNode {
  const { digest, depth, parent, position, siblingCount, childCount, isOrphan, number } = node;
  const { descendantCount, failedDescendantCount } = node;
  const own = { digest, depth, parent, position, siblingCount, childCount, isOrphan, number };
  return { ...own, descendantCount, failedDescendantCount };
}

/** Recursive, and looks through all spans for the children of each. */
function toNodesPlainly(spans: readonly SpanDigest[]): SpanNode[] {
  const ids = new Set(spans.map((span) => span.spanId));
  const parentOf = ({ parentSpanId = "" }: SpanDigest) => (ids.has(parentSpanId) ? parentSpanId : undefined);
  const nodes: SpanNode[] = [];
  function walk(parentId: string | undefined, parent: number, depth: number): void {
    const siblings = spans.filter((span) => parentOf(span) === parentId).sort(byStart);
    for (const [at, digest] of siblings.entries()) {
      const place = nodes.length;
      const alike = siblings.filter(({ name }) => name === digest.name);
      const node = {
        digest,
        depth,
        parent,
        position: at + 1,
        siblingCount: siblings.length,
        childCount: spans.filter((span) => parentOf(span) === digest.spanId).length,
        isOrphan: parent < 0 && digest.parentSpanId !== undefined,
        number: alike.length > 1 ? alike.indexOf(digest) + 1 : undefined,
      };
      nodes.push({ ...node, descendantCount: 0, failedDescendantCount: 0 });
      walk(digest.spanId, place, depth + 1);
      const inside = nodes.slice(place + 1);
      nodes[place] = {
        ...node,
        descendantCount: inside.length,
        failedDescendantCount: inside.filter((other) => other.digest.status === "ERROR").length,
      };
    }
  }
  walk(undefined, -1, 0);
  return nodes;
}

function byStart(a: SpanDigest, b: SpanDigest): number {
  return Number(a.startTimeUnixNano) - Number(b.startTimeUnixNano) || (a.spanId < b.spanId ? -1 : 1);
}
