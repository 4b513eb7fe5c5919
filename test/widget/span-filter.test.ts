import { digestSpan } from "@spanbook/core/model";
import { describe, expect, test } from "vitest";
import {
  isCollapsed,
  toLevels,
  toShownLevels,
  unfolded,
  withFolded,
} from "../../packages/widget/src/derive/folding.js";
import {
  countTypes,
  noFilter,
  toLeastDurations,
  toMatches,
  toNextFailed,
  toNextMatch,
  toSpansAround,
  type SpanFilter,
} from "../../packages/widget/src/derive/span-filter.js";
import { toSpanTimes } from "../../packages/widget/src/derive/span-times.js";
import { nodesOf, toSpanTree, toVisibleRows } from "../../packages/widget/src/derive/span-tree.js";
import { toTimeline } from "../../packages/widget/src/derive/timeline.js";
import { splitAt } from "../../packages/widget/src/derive/visible-text.js";
import { spanId } from "../support/spans.js";
import { aTrace, demoSpans } from "../support/traces.js";

const spans = demoSpans({ trace: 1, startMs: 0, fails: true });
const digests = spans.map((span) => digestSpan(span, 1));
const tree = toSpanTree(digests);
const times = toSpanTimes(tree, toTimeline(aTrace(spans).info, tree, 0));

function found(filter: Partial<SpanFilter>): string[] {
  const { places } = toMatches(tree, times, { ...noFilter, ...filter })!;
  return places.map((place) => tree.nodeAt(place)!.digest.name);
}

describe("the search among the spans of a trace", () => {
  test("finds by name, type or model, ignoring case", () => {
    expect(found({ text: "SCORE" })).toEqual(["score", "score", "score", "score"]);
    expect(found({ text: "retriever" })).toEqual(["retrieve"]);
    expect(found({ text: " qwen3 " })).toEqual(["chat"]);
    expect(found({ text: "nothing like it" })).toEqual([]);
  });

  test("narrows by type, failure and duration, all at once", () => {
    expect(found({ type: "TOOL" })).toEqual(["word_count", "cite"]);
    expect(found({ hasFailed: true })).toEqual(["answer", "compose", "cite"]);
    expect(found({ type: "TOOL", hasFailed: true })).toEqual(["cite"]);
    expect(found({ minDurationMs: 300 })).toEqual(["answer", "compose", "chat"]);
  });

  test("finds what a look at every field finds", () => {
    for (const text of ["a", "CH", "ol", "qwen", "e", "zz"]) {
      const lower = text.toLowerCase();
      const plain = nodesOf(tree).filter(({ digest: { name, type, model } }) =>
        [name, type, model].some((field) => field?.toLowerCase().includes(lower)),
      );
      expect(found({ text })).toEqual(plain.map(({ digest }) => digest.name));
    }
  });

  test("filters nothing when it is empty", () => {
    expect(toMatches(tree, times, { ...noFilter, text: "  " })).toBeUndefined();
  });

  test("keeps the ancestors of what it finds, and knows what must be open for it to be seen", () => {
    const matches = toMatches(tree, times, { ...noFilter, text: "cite" })!;
    const rows = [...toVisibleRows(tree, unfolded, matches.kept)];
    expect(rows.map((place) => tree.nodeAt(place)!.digest.name)).toEqual(["answer", "compose", "cite"]);
    const around = toSpansAround(tree, matches);
    expect(around.map((place) => tree.digestAt(place)!.spanId)).toEqual([spanId(10), spanId(1)]);
    const folded = withFolded(tree, unfolded, around.slice(0, 1), true);
    expect(toVisibleRows(tree, folded, matches.kept)).toHaveLength(2);
  });

  test("goes to the next match and to the one before, wrapping around", () => {
    expect([-1, 2, 3, 9].map((from) => toNextMatch([3, 7], from, 1))).toEqual([3, 3, 7, 3]);
    expect([-1, 3, 4, 9].map((from) => toNextMatch([3, 7], from, -1))).toEqual([7, 7, 3, 7]);
    expect(toNextMatch([], 0, 1)).toBeUndefined();
  });

  test("goes first to where a failure began, then to what failed around it, wrapping around", () => {
    const namesFrom = (from: number, step: 1 | -1) => {
      const names: string[] = [];
      for (let place = from, i = 0; i < 4; i++) {
        place = toNextFailed(tree, place, step)!;
        names.push(tree.digestAt(place)!.name);
      }
      return names;
    };
    expect(namesFrom(-1, 1)).toEqual(["cite", "answer", "compose", "cite"]);
    expect(namesFrom(-1, -1)).toEqual(["cite", "compose", "answer", "cite"]);
    const ofOneThatHasNot = tree.indexOf.get(spanId(2))!;
    expect(namesFrom(ofOneThatHasNot, 1)[0]).toBe("cite");
    expect(
      toNextFailed(toSpanTree(digests.filter(({ status }) => status !== "ERROR")), -1, 1),
    ).toBeUndefined();
  });

  test("offers the types that occur, and durations below the trace's", () => {
    expect(countTypes(tree).slice(0, 2)).toEqual([
      ["TASK", 4],
      ["TOOL", 2],
    ]);
    expect(toLeastDurations(632)).toEqual([500, 200, 100, 50, 20, 10, 5, 2, 1]);
    expect(toLeastDurations(0.003)).toEqual([
      0.002, 0.001, 0.0005, 0.0002, 0.0001, 0.00005, 0.00002, 0.00001, 0.000005,
    ]);
  });

  test("marks a text where it occurs", () => {
    expect(splitAt("Chat model", "MOD")).toEqual(["Chat ", "mod", "el"]);
    expect(splitAt("Chat", "x")).toBeUndefined();
    expect(splitAt("Chat", "")).toBeUndefined();
  });
});

describe("the levels of a tree", () => {
  const placeOf = (id: number) => tree.indexOf.get(spanId(id))!;
  const depthsShown = (folding: typeof unfolded, of = tree) =>
    [...toVisibleRows(of, folding)].map((place) => of.nodeAt(place)!.depth);

  test("are limited by collapsing everything at the last one and below", () => {
    for (const levels of [1, 2, 3]) {
      const folding = toLevels(tree, levels);
      expect(Math.max(...depthsShown(folding))).toBe(levels - 1);
      expect(toShownLevels(tree, folding)).toBe(levels);
    }
    expect(toLevels(tree, 9)).toEqual(unfolded);
  });

  test("are all shown while nothing is collapsed, and unknown if branches differ", () => {
    expect(toShownLevels(tree, unfolded)).toBe(3);
    const closed = withFolded(tree, unfolded, [placeOf(10)], true);
    expect(toShownLevels(tree, closed)).toBeUndefined();
    expect(withFolded(tree, closed, [placeOf(10)], false)).toEqual(unfolded);
  });

  test("are one more in a span that is expanded, and as before when it is collapsed again", () => {
    const two = toLevels(tree, 2);
    const opened = withFolded(tree, two, [placeOf(10)], false);
    expect(depthsShown(opened).filter((depth) => depth === 2)).toHaveLength(
      tree.nodeAt(placeOf(10))!.childCount,
    );
    expect(isCollapsed(tree, opened, placeOf(1))).toBe(false);
    expect(withFolded(tree, opened, [placeOf(10)], false)).toEqual(opened);
    expect(withFolded(tree, opened, [placeOf(10)], true)).toEqual(two);
  });

  test("stay the same number when spans arrive", () => {
    const two = toLevels(tree, 2);
    const grown = toSpanTree(
      [
        ...digests,
        ...[20, 21].map((id) => ({
          ...digests.at(-1)!,
          spanId: spanId(id),
          parentSpanId: spanId(id === 20 ? 10 : 20),
          startTimeUnixNano: `${digests.at(-1)!.startTimeUnixNano.slice(0, -9)}99999999${id - 20}`,
        })),
      ],
      tree,
    );
    expect(grown.shape.levelCount).toBe(4);
    expect(Math.max(...depthsShown(two, grown))).toBe(1);
    expect(toShownLevels(grown, two)).toBe(2);
    expect(Math.max(...depthsShown(unfolded, grown))).toBe(3);
  });
});
