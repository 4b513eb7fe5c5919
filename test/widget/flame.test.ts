import { digestSpan } from "@spanbook/core/model";
import { describe, expect, test } from "vitest";
import {
  findFrame,
  toFlameMove,
  toHeavyFlame,
  toTimeFlame,
  type Flame,
} from "../../packages/widget/src/derive/flame.js";
import { toSpanTimes } from "../../packages/widget/src/derive/span-times.js";
import { nodesOf, toSpanTree } from "../../packages/widget/src/derive/span-tree.js";
import { toTimeline } from "../../packages/widget/src/derive/timeline.js";
import { createRandom } from "../support/random.js";
import { aSpan, type SpanSketch } from "../support/spans.js";
import { aTrace } from "../support/traces.js";

function flamesOf(...sketches: SpanSketch[]) {
  const spans = sketches.map((sketch) => aSpan(sketch));
  const { info } = aTrace(spans);
  const tree = toSpanTree(spans.map((span) => digestSpan(span, 1)));
  const timeline = toTimeline(info, tree, 0);
  const times = toSpanTimes(tree, timeline);
  return {
    tree,
    times,
    byTime: toTimeFlame(tree, times, timeline.durationMs),
    heavy: toHeavyFlame(tree, times),
  };
}

const concurrent: SpanSketch[] = [
  { id: 1, name: "answer", startMs: 0, endMs: 100 },
  { id: 2, parent: 1, name: "search", startMs: 0, endMs: 40 },
  { id: 3, parent: 2, name: "embed", startMs: 5, endMs: 15 },
  { id: 4, parent: 1, name: "search", startMs: 10, endMs: 60 },
  { id: 5, parent: 1, name: "chat", startMs: 60, endMs: 100 },
];

describe("the flame graph", () => {
  test("by time stacks what ran at the same time, each span with what it called", () => {
    const { byTime } = flamesOf(...concurrent);
    expect(byTime.frames.map(({ lane }) => lane)).toEqual([0, 1, 2, 3, 1]);
  });

  test("by weight merges calls with the same path into one box, the widest on the left", () => {
    const { heavy } = flamesOf(...concurrent);
    expect(
      heavy.frames.map(({ places, startMs, endMs, lane, totalMs, selfMs }) => [
        places,
        startMs,
        endMs,
        lane,
        totalMs,
        selfMs,
      ]),
    ).toEqual([
      [[0], 0, 130, 0, 100, 0],
      [[1, 3], 0, 90, 1, 90, 80],
      [[2], 0, 10, 2, 10, 10],
      [[4], 90, 130, 1, 40, 40],
    ]);
  });

  test("never lets the boxes of a lane overlap, puts each below its parent, and finds each where it is", () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      const { byTime, heavy, tree } = flamesOf(
        ...Array.from({ length: random.integer(1, 25) }, (_, i) => {
          const startMs = random.integer(0, 40);
          return {
            id: i + 1,
            ...(i > 0 && { parent: random.integer(1, i) }),
            name: random.pick(["a", "b"]),
            startMs,
            endMs: startMs + random.integer(0, 30),
          };
        }),
      );
      for (const flame of [byTime, heavy]) expectSound(flame, seed);
      expect(heavy.frames.flatMap(({ places }) => places).toSorted((a, b) => a - b)).toEqual(
        nodesOf(tree).map((_, place) => place),
      );
    }
  });

  test("by time needs no more rows for siblings than run at once", () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      const calls = Array.from({ length: random.integer(1, 20) }, (_, i) => {
        const startMs = random.integer(0, 50);
        return { id: i + 2, parent: 1, name: "call", startMs, endMs: startMs + random.integer(1, 20) };
      });
      const { byTime } = flamesOf({ id: 1, name: "root", startMs: 0, endMs: 100 }, ...calls);
      const mostAtOnce = Math.max(
        ...calls.map(({ startMs }) => calls.filter((c) => c.startMs <= startMs && c.endMs > startMs).length),
      );
      expect(byTime.lanes.length, `seed ${seed}`).toBe(1 + mostAtOnce);
    }
  });

  test("is navigated by arrow keys: up to the caller, down to what it called, sideways in the lane", () => {
    const { byTime } = flamesOf(...concurrent);
    expect(toFlameMove(byTime, 0, "ArrowDown")).toBe(1);
    expect(toFlameMove(byTime, 1, "ArrowRight")).toBe(4);
    expect(toFlameMove(byTime, 4, "ArrowLeft")).toBe(1);
    expect(toFlameMove(byTime, 4, "ArrowUp")).toBe(0);
    expect(toFlameMove(byTime, 0, "ArrowUp")).toBeUndefined();
    expect(toFlameMove(byTime, -1, "ArrowDown")).toBe(0);
  });

  test("holds a chain of 5,000 spans, and 20,000 siblings that all run at once", () => {
    const chain = flamesOf(
      ...Array.from({ length: 5000 }, (_, i) => ({
        id: i + 1,
        ...(i > 0 && { parent: i }),
        startMs: i,
        endMs: 10_000,
      })),
    );
    expect(chain.byTime.lanes).toHaveLength(5000);
    const wide = flamesOf(
      { id: 1, startMs: 0, endMs: 100_000 },
      ...Array.from({ length: 20_000 }, (_, i) => ({ id: i + 2, parent: 1, startMs: i / 1000, endMs: 100 })),
    );
    expect(wide.byTime.lanes).toHaveLength(20_001);
  });
});

function expectSound(flame: Flame, seed: number): void {
  const { frames, lanes } = flame;
  for (const lane of lanes) {
    lane.forEach((index, at) => {
      const next = frames[lane[at + 1] ?? -1];
      if (next) expect(next.startMs, `seed ${seed}`).toBeGreaterThanOrEqual(frames[index]!.endMs - 1e-9);
    });
  }
  frames.forEach(({ parent, lane, startMs, endMs }, index) => {
    if (parent >= 0) expect(lane, `seed ${seed}`).toBeGreaterThan(frames[parent]!.lane);
    if (endMs > startMs) {
      expect(findFrame(flame, lane, (startMs + endMs) / 2, 0), `seed ${seed}`).toBe(index);
    }
  });
}
