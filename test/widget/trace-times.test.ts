import { digestSpan, type SpanDigest } from "@spanbook/core/model";
import { describe, expect, test } from "vitest";
import { joinStretches, toCriticalPath } from "../../packages/widget/src/derive/critical-path.js";
import { toMinimap } from "../../packages/widget/src/derive/minimap.js";
import { toSpanTimes } from "../../packages/widget/src/derive/span-times.js";
import { nodesOf, toSpanTree } from "../../packages/widget/src/derive/span-tree.js";
import { toRangeTicks } from "../../packages/widget/src/derive/ticks.js";
import {
  shiftRange,
  toRange,
  toRangeAround,
  zoomRange,
} from "../../packages/widget/src/derive/time-range.js";
import { toBar, toTimeline } from "../../packages/widget/src/derive/timeline.js";
import { createRandom, type Random } from "../support/random.js";
import { aSpan, epochMs, type SpanSketch } from "../support/spans.js";
import { aTrace, demoSpans } from "../support/traces.js";

function timesOf(sketches: readonly SpanSketch[]) {
  const spans = sketches.map((sketch) => aSpan(sketch));
  const digests = spans.map((span) => digestSpan(span, 1));
  return timesOfDigests(digests, spans);
}

function timesOfDigests(digests: readonly SpanDigest[], spans: Parameters<typeof aTrace>[0]) {
  const tree = toSpanTree(digests);
  const timeline = toTimeline(aTrace(spans).info, tree, epochMs);
  return { tree, timeline, times: toSpanTimes(tree, timeline) };
}

function selfTimes(sketches: readonly SpanSketch[]): Record<string, number> {
  const { tree, times } = timesOf(sketches);
  return Object.fromEntries(nodesOf(tree).map(({ digest }, place) => [digest.name, times.selfMs[place]!]));
}

function pathOf(sketches: readonly SpanSketch[]): Record<string, [number, number][]> {
  const { tree, times } = timesOf(sketches);
  return Object.fromEntries(
    [...toCriticalPath(tree, times)].map(([place, stretches]) => [
      tree.nodeAt(place)!.digest.name,
      stretches.map(({ startMs, endMs }) => [startMs, endMs]),
    ]),
  );
}

/** Spans on whole milliseconds, some children longer than their parents. */
function randomSketches(random: Random): SpanSketch[] {
  return Array.from({ length: random.integer(1, 12) }, (_, i) => {
    const startMs = i === 0 ? 0 : random.integer(0, 30);
    return {
      id: i + 1,
      name: `s${i + 1}`,
      startMs,
      endMs: startMs + random.integer(0, 20),
      ...(i > 0 && { parent: random.integer(1, i) }),
    };
  });
}

describe("the times of spans", () => {
  test("are, to the nanosecond, what big integers give", () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = createRandom(seed);
      // Near the epoch or in our days, within the 104 days that are exact.
      const epoch = random.pick([0n, 1_700_000_000_000_000_000n]);
      const unit = random.pick([1, 1000, 4_000_000]);
      const nano = () => String(epoch + BigInt(random.integer(0, 2 ** 31)) * BigInt(unit));
      const [startTimeUnixNano, endTimeUnixNano] = [nano(), nano()];
      const start = nano();
      const digest = { ...digestSpan(aSpan({ id: 1 }), 1), startTimeUnixNano, endTimeUnixNano };
      const timeline = { startUnixNano: start, durationMs: 1, openEndMs: 1 };
      const { startMs, endMs } = toSpanTimes(toSpanTree([digest]), timeline);
      const { offsetMs, durationMs } = toBar(digest, timeline);
      expect([startMs[0], endMs[0]]).toEqual([offsetMs, offsetMs + durationMs]);
    }
  });
});

describe("the self time of a span", () => {
  test("is what its children did not take, counting each moment once", () => {
    const sketches = [
      { id: 1, name: "root", endMs: 100 },
      { id: 2, name: "a", parent: 1, startMs: 10, endMs: 40 },
      { id: 3, name: "b", parent: 1, startMs: 30, endMs: 60 },
      { id: 4, name: "in b", parent: 3, startMs: 35, endMs: 45 },
      { id: 5, name: "late", parent: 1, startMs: 90, endMs: 150 },
    ];
    expect(selfTimes(sketches)).toEqual({ root: 40, a: 30, b: 20, "in b": 10, late: 60 });
  });

  test("is the same when counted millisecond by millisecond", () => {
    for (let seed = 0; seed < 200; seed++) {
      const sketches = randomSketches(createRandom(seed));
      const covers = ({ startMs = 0, endMs = 0 }: SpanSketch, ms: number) => startMs <= ms && ms < endMs;
      const slow = sketches.map((span) => {
        const children = sketches.filter(({ parent }) => parent === span.id);
        const own = Array.from({ length: 60 }, (_, ms) => ms).filter(
          (ms) => covers(span, ms) && !children.some((child) => covers(child, ms)),
        );
        return [span.name, own.length];
      });
      expect(selfTimes(sketches)).toEqual(Object.fromEntries(slow));
    }
  });
});

describe("the critical path", () => {
  test("goes back from the end through the child that was waited for", () => {
    const sketches = [
      { id: 1, name: "root", endMs: 100 },
      { id: 2, name: "first", parent: 1, startMs: 5, endMs: 30 },
      { id: 3, name: "beside", parent: 1, startMs: 10, endMs: 60 },
      { id: 4, name: "last", parent: 1, startMs: 65, endMs: 95 },
      { id: 5, name: "in last", parent: 4, startMs: 70, endMs: 95 },
    ];
    expect(pathOf(sketches)).toEqual({
      root: [
        [0, 10],
        [60, 65],
        [95, 100],
      ],
      beside: [[10, 60]],
      last: [[65, 70]],
      "in last": [[70, 95]],
    });
  });

  test("counts what outlives its parent up to the parent's end", () => {
    const sketches = [
      { id: 1, name: "root", endMs: 50 },
      { id: 2, name: "async", parent: 1, startMs: 20, endMs: 90 },
    ];
    expect(pathOf(sketches)).toEqual({ root: [[0, 20]], async: [[20, 50]] });
  });

  test("covers every moment of a single root once, and only with spans that ran then", () => {
    for (let seed = 0; seed < 300; seed++) {
      const sketches = randomSketches(createRandom(seed));
      const [root] = sketches;
      const stretches = Object.entries(pathOf(sketches)).flatMap(([name, of]) =>
        of.map(([from, to]) => ({ name, from, to })),
      );
      for (const { name, from, to } of stretches) {
        const span = sketches.find((sketch) => sketch.name === name)!;
        expect(from).toBeGreaterThanOrEqual(span.startMs!);
        expect(to).toBeLessThanOrEqual(span.endMs!);
      }
      const sorted = stretches.sort((a, b) => a.from - b.from);
      let at = 0;
      for (const { from, to } of sorted) {
        expect(from).toBe(at);
        at = to;
      }
      expect(at).toBe(root!.endMs);
    }
  });

  test("handles a chain of 20,000 calls", () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => ({
      id: i + 1,
      startMs: i,
      endMs: 40_000 - i,
      ...(i > 0 && { parent: i }),
    }));
    const { tree, times } = timesOf(chain);
    expect(toCriticalPath(tree, times).size).toBe(20_000);
  });

  test("is drawn without gaps too small to see", () => {
    const stretches = [0, 10, 20, 40].map((startMs) => ({ startMs, endMs: startMs + 9 }));
    expect(joinStretches(stretches, 1)).toEqual([
      { startMs: 0, endMs: 29 },
      { startMs: 40, endMs: 49 },
    ]);
  });
});

describe("a range of time", () => {
  test("lies between two times in either order, within the whole, and is never empty", () => {
    expect(toRange(80, 20, 100)).toEqual({ startMs: 20, endMs: 80 });
    expect(toRange(-5, 500, 100)).toEqual({ startMs: 0, endMs: 100 });
    for (const at of [-1, 0, 50, 100, 101]) {
      const { startMs, endMs } = toRange(at, at, 100);
      expect(endMs).toBeGreaterThan(startMs);
    }
  });

  test("is zoomed around a time that stays where it is", () => {
    expect(zoomRange({ startMs: 0, endMs: 100 }, 0.5, 20, 100)).toEqual({ startMs: 10, endMs: 60 });
    expect(zoomRange({ startMs: 10, endMs: 60 }, 1.5, 60, 100)).toEqual({ startMs: 0, endMs: 75 });
    expect(zoomRange({ startMs: 10, endMs: 60 }, 2, 20, 100)).toBeUndefined();
  });

  test("is shifted to the ends and not beyond", () => {
    expect(shiftRange({ startMs: 10, endMs: 30 }, 15, 100)).toEqual({ startMs: 25, endMs: 45 });
    expect(shiftRange({ startMs: 10, endMs: 30 }, -15, 100)).toEqual({ startMs: 0, endMs: 20 });
    expect(shiftRange({ startMs: 10, endMs: 30 }, 500, 100)).toEqual({ startMs: 80, endMs: 100 });
  });

  test("around a span leaves a margin, and around everything is everything", () => {
    expect(toRangeAround({ startMs: 20, endMs: 70 }, 100)).toEqual({ startMs: 17, endMs: 73 });
    expect(toRangeAround({ startMs: 0, endMs: 100 }, 100)).toBeUndefined();
  });

  test("has ticks that say when it begins, and then how much later", () => {
    const ticks = toRangeTicks({ startMs: 1250, endMs: 1250.4 }, 4);
    expect(ticks.map(({ label }) => label)).toEqual(["1.25 s", "+100 µs", "+200 µs", "+300 µs", "+400 µs"]);
    expect(toRangeTicks({ startMs: 0, endMs: 400 }, 4)[1]).toEqual({ offsetMs: 100, label: "100 ms" });
  });
});

describe("the minimap", () => {
  const demo = demoSpans({ trace: 1, startMs: 0, fails: true });
  const { tree, times, timeline } = timesOfDigests(
    demo.map((span) => digestSpan(span, 1)),
    demo,
  );

  test("has one bar per row, in the tone of its span", () => {
    const { lanes, layers } = toMinimap(
      tree,
      times,
      timeline.durationMs,
      (place) => tree.nodeAt(place)!.digest.type,
      () => false,
    );
    expect(lanes).toBe(13);
    expect(layers.find(({ tone }) => tone === "AGENT")?.path).toBe("M0 0.5h480");
    expect(layers.find(({ tone }) => tone === "TASK")?.path.match(/M/g)).toHaveLength(4);
  });

  test("stays small for many spans, and loses no loud one", () => {
    const sketches = Array.from({ length: 20_000 }, (_, i) => ({
      id: i + 1,
      startMs: i,
      endMs: i + 5,
      ...(i > 0 && { parent: 1 }),
    }));
    const many = timesOf(sketches);
    const { lanes, layers } = toMinimap<"calm" | "loud">(
      many.tree,
      many.times,
      many.timeline.durationMs,
      (place) => (place === 7777 ? "loud" : "calm"),
      (tone) => tone === "loud",
    );
    expect(lanes).toBe(20);
    expect(layers.find(({ tone }) => tone === "loud")?.path).toBe("M186 7.5h1");
    expect(layers.reduce((sum, { path }) => sum + path.length, 0)).toBeLessThan(20_000);
  });
});
