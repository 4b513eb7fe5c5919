import { digestSpan } from "@spanbook/core/model";
import { describe, expect, test } from "vitest";
import { alignTrees, type AlignedRow } from "../../packages/widget/src/derive/align-trees.js";
import { toComparedRows } from "../../packages/widget/src/derive/compare-rows.js";
import { diffJson } from "../../packages/widget/src/derive/json-diff.js";
import { nodesOf, toSpanTree, type SpanTree } from "../../packages/widget/src/derive/span-tree.js";
import { diffTexts } from "../../packages/widget/src/derive/text-diff.js";
import { createRandom, type Random } from "../support/random.js";
import { aSpan, type SpanSketch } from "../support/spans.js";

function treeOf(...sketches: SpanSketch[]): SpanTree {
  return toSpanTree(sketches.map((sketch) => digestSpan(aSpan(sketch), 1)));
}

function outline(before: SpanTree, after: SpanTree): string[] {
  return alignTrees(before, after).map((row) => {
    const sign = row.before === undefined ? "+" : row.after === undefined ? "−" : " ";
    return `${sign}${"  ".repeat(row.depth)}${nameOf(after, row.after) ?? nameOf(before, row.before)}`;
  });
}

function nameOf(tree: SpanTree, place: number | undefined): string | undefined {
  return tree.nodeAt(place ?? -1)?.digest.name;
}

describe("two traces side by side", () => {
  test("are aligned by name and order, with additions and removals where they belong", () => {
    const before = treeOf(
      { id: 1, name: "answer" },
      { id: 2, parent: 1, name: "retrieve", startMs: 1 },
      { id: 3, parent: 2, name: "embed", startMs: 2 },
      { id: 4, parent: 1, name: "rerank", startMs: 3 },
      { id: 5, parent: 1, name: "compose", startMs: 4 },
    );
    const after = treeOf(
      { id: 11, name: "answer" },
      { id: 12, parent: 11, name: "guard", startMs: 1 },
      { id: 13, parent: 11, name: "retrieve", startMs: 2 },
      { id: 14, parent: 11, name: "retrieve", startMs: 3 },
      { id: 15, parent: 11, name: "compose", startMs: 4 },
    );
    expect(outline(before, after)).toEqual([
      " answer",
      "+  guard",
      "   retrieve",
      "−    embed",
      "−  rerank",
      "+  retrieve",
      "   compose",
    ]);
  });

  test("number siblings with the same name, as each trace does", () => {
    const scored = (count: number) =>
      treeOf(
        { id: 1, name: "rerank" },
        ...Array.from({ length: count }, (_, at) => ({ id: at + 2, parent: 1, name: "score", startMs: at })),
      );
    const [before, after] = [scored(2), scored(3)];
    const rows = toComparedRows(alignTrees(before, after), before, after, new Set());
    expect(rows.map(({ number }) => number)).toEqual([undefined, 1, 2, 3]);
  });

  test("are aligned even if the model and the root's name differ", () => {
    const before = treeOf(
      { id: 1, name: "answer v1" },
      { id: 2, parent: 1, name: "chat gpt-4o", model: "gpt-4o", startMs: 1 },
    );
    const after = treeOf(
      { id: 1, name: "answer v2" },
      { id: 2, parent: 1, name: "chat qwen3", model: "qwen3", startMs: 1 },
    );
    expect(outline(before, after)).toEqual([" answer v2", "   chat qwen3"]);
  });

  test("are aligned as by a slow oracle, whatever their shapes", () => {
    for (let seed = 0; seed < 80; seed++) {
      const random = createRandom(seed);
      const [before, after] = [randomTree(random), randomTree(random)];
      const rows = alignTrees(before, after);
      const pairs = rows.flatMap((row) =>
        row.before === undefined || row.after === undefined ? [] : [[row.before, row.after]],
      );
      expect(pairs.toSorted(byFirst), `seed ${seed}`).toEqual(slowPairs(before, after).toSorted(byFirst));
      // Every span once, the later trace in its own order, a row's descendants right after it.
      expect(placesOf(rows, "after")).toEqual(nodesOf(after).map((_, place) => place));
      expect(placesOf(rows, "before").toSorted((a, b) => a - b)).toEqual(
        nodesOf(before).map((_, place) => place),
      );
      rows.forEach((row, index) => {
        const inside = rows.slice(index + 1, index + 1 + row.descendantCount);
        expect(inside.every(({ depth }) => depth > row.depth)).toBe(true);
        expect(rows[index + 1 + row.descendantCount]?.depth ?? 0).toBeLessThanOrEqual(row.depth);
        expect(inside.filter(({ parent }) => parent === index)).toHaveLength(row.childCount);
      });
    }
  });

  test("are aligned along a chain of 5,000 spans and across 50,000 siblings", () => {
    const chain = treeOf(
      ...Array.from({ length: 5000 }, (_, i) => ({
        id: i + 1,
        ...(i > 0 && { parent: i }),
        name: `f${i}`,
        startMs: i,
      })),
    );
    expect(alignTrees(chain, chain).every((row) => row.before === row.after)).toBe(true);
    const wide = treeOf(
      { id: 1, name: "root" },
      ...Array.from({ length: 50_000 }, (_, i) => ({ id: i + 2, parent: 1, name: "call", startMs: i })),
    );
    expect(alignTrees(wide, wide).filter((row) => row.before === row.after)).toHaveLength(50_001);
  });
});

describe("the difference between two texts", () => {
  test("is shown word by word in the lines that changed", () => {
    expect(diffTexts("Answer briefly.\nCite the sources.", "Answer briefly.\nCite two sources.")).toEqual([
      { kind: "same", text: "Answer briefly.\nCite " },
      { kind: "removed", text: "the" },
      { kind: "added", text: "two" },
      { kind: "same", text: " sources." },
    ]);
  });

  test("contains both texts in full, and keeps as much of a line as possible", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = createRandom(seed);
      const [before, after] = [randomLine(random), randomLine(random)];
      const parts = diffTexts(before, after);
      const textOf = (kind: "removed" | "added") =>
        parts.flatMap((part) => (part.kind === "same" || part.kind === kind ? part.text : [])).join("");
      expect([textOf("removed"), textOf("added")], `seed ${seed}`).toEqual([before, after]);
      const same = parts.flatMap((part) => (part.kind === "same" ? part.text : [])).join("");
      expect(same).toHaveLength(slowCommonCount([...before], [...after]));
    }
  });

  test("is bounded: texts with little in common are removed and added whole", () => {
    const [before, after] = ["a", "b"].map((letter) =>
      Array.from({ length: 20_000 }, (_, i) => `${letter}${i}\n`).join(""),
    );
    expect(diffTexts(before!, after!).map(({ kind }) => kind)).toEqual(["removed", "added"]);
  });
});

describe("the difference between two JSON values", () => {
  test("is a list of paths with the values before and after", () => {
    const before = { messages: [{ role: "user", content: "Hi" }], temperature: 0.2, stop: null };
    const after = {
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
      ],
      temperature: 0.7,
      tools: [],
    };
    expect(diffJson(before, after)).toEqual({
      changes: [
        { path: ["messages", "0"], after: { role: "system", content: "Be kind." } },
        { path: ["temperature"], before: 0.2, after: 0.7 },
        { path: ["tools"], after: [] },
        { path: ["stop"], before: null },
      ],
      isCut: false,
    });
  });

  test("parses texts that are JSON, and is empty for equal values", () => {
    expect(diffJson('{"city":"Oslo","n":1}', '{ "n": 1, "city": "Bergen" }').changes).toEqual([
      { path: ["city"], before: "Oslo", after: "Bergen" },
    ]);
    expect(diffJson({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }).changes).toEqual([]);
    expect(diffJson(undefined, undefined).changes).toEqual([]);
  });

  test("turns one value into the other when applied", () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(seed);
      const [before, after] = [randomFields(random, 3), randomFields(random, 3)];
      const { changes } = diffJson(before, after);
      const made = structuredClone(before);
      for (const { path, ...change } of changes) put(made, path, change);
      expect(made, `seed ${seed}`).toEqual(after);
    }
  });

  test("is cut at a limit, and says so; keys from Object's prototype are ordinary keys", () => {
    const many = (letter: string) => Array.from({ length: 1000 }, (_, i) => `${letter}${i}`);
    expect(diffJson(many("a"), many("b"))).toMatchObject({ isCut: true });
    let deep: unknown = 1;
    for (let i = 0; i < 5000; i++) deep = [deep];
    expect(diffJson(deep, [deep]).changes.length).toBeLessThan(2);
    const [before, after] = [JSON.parse('{"__proto__":1}'), JSON.parse('{"constructor":1}')] as unknown[];
    expect(diffJson(before, after).changes).toHaveLength(2);
  });
});

function placesOf(rows: readonly AlignedRow[], side: "before" | "after"): number[] {
  return rows.flatMap((row) => row[side] ?? []);
}

function byFirst([a = 0]: readonly number[], [b = 0]: readonly number[]): number {
  return a - b;
}

/** Pairs each span with the one at the same path from the root in the other trace, by trying all. */
function slowPairs(before: SpanTree, after: SpanTree): number[][] {
  const isOneRoot = [before, after].every(
    (tree) => nodesOf(tree).filter(({ depth }) => depth === 0).length === 1,
  );
  const wayOf = (tree: SpanTree, place: number): string => {
    const nodes = nodesOf(tree);
    const node = nodes[place]!;
    const siblings = nodes.filter(({ parent }) => parent === node.parent);
    const sameBefore = siblings
      .slice(0, siblings.indexOf(node))
      .filter(({ digest }) => digest.name === node.digest.name);
    const step = node.parent < 0 && isOneRoot ? "root" : `${node.digest.name} ${sameBefore.length}`;
    return node.parent < 0 ? step : `${wayOf(tree, node.parent)} / ${step}`;
  };
  return nodesOf(before).flatMap((_, place) =>
    nodesOf(after).flatMap((_other, other) =>
      wayOf(before, place) === wayOf(after, other) ? [[place, other]] : [],
    ),
  );
}

function randomTree(random: Random): SpanTree {
  const count = random.integer(1, 14);
  return treeOf(
    ...Array.from({ length: count }, (_, i) => ({
      id: i + 1,
      ...(i > 0 && random.chance(0.95) && { parent: random.integer(1, i) }),
      name: random.pick(["a", "b", "c"]),
      startMs: random.integer(0, 20),
    })),
  );
}

function randomLine(random: Random): string {
  return Array.from({ length: random.integer(0, 12) }, () => random.pick(["a", "b", "c"])).join("-");
}

/** The length of the longest common subsequence of the letters, by its definition. */
function slowCommonCount(before: readonly string[], after: readonly string[]): number {
  const table = before.map(() => after.map(() => 0));
  const at = (i: number, j: number) => table[i]?.[j] ?? 0;
  before.forEach((left, i) => {
    after.forEach((right, j) => {
      table[i]![j] = left === right ? at(i - 1, j - 1) + 1 : Math.max(at(i - 1, j), at(i, j - 1));
    });
  });
  return at(before.length - 1, after.length - 1);
}

type Fields = Record<string, unknown>;

function randomFields(random: Random, depth: number): Fields {
  const keys = ["a", "b", "c", "__proto__"].filter(() => random.chance(0.7));
  const fields: Fields = {};
  for (const key of keys) {
    const value = depth > 0 && random.chance(0.5) ? randomFields(random, depth - 1) : random.integer(0, 3);
    Object.defineProperty(fields, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return fields;
}

function put(target: Fields, path: readonly string[], change: { before?: unknown; after?: unknown }): void {
  const last = path.at(-1) ?? "";
  const holder = path
    .slice(0, -1)
    .reduce<Fields>((held, key) => Object.getOwnPropertyDescriptor(held, key)?.value as Fields, target);
  if ("after" in change) {
    const value = change.after;
    Object.defineProperty(holder, last, { value, enumerable: true, writable: true, configurable: true });
  } else Reflect.deleteProperty(holder, last);
}
