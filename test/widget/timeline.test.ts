import { digestSpan } from "@spanbook/core/model";
import { describe, expect, test } from "vitest";
import { toSpanTree } from "../../packages/widget/src/derive/span-tree.js";
import { toNiceCeiling, toTicks } from "../../packages/widget/src/derive/ticks.js";
import { toBar, toTimeline } from "../../packages/widget/src/derive/timeline.js";
import { aSpan, epochMs, nano, type SpanSketch } from "../support/spans.js";
import { aTrace } from "../support/traces.js";

function timelineOf(sketches: SpanSketch[], { isAlive = true, nowMs = 0 } = {}) {
  const spans = sketches.map((sketch) => aSpan(sketch));
  return toTimeline(
    aTrace(spans, {}, isAlive).info,
    toSpanTree(spans.map((span) => digestSpan(span, 1))),
    nowMs,
  );
}

describe("the timeline of a trace", () => {
  test("reaches from the first start to the last end, wherever they are in the tree", () => {
    const timeline = timelineOf([
      { id: 1, startMs: 10, endMs: 20 },
      { id: 2, parent: 1, startMs: 5, endMs: 50 },
    ]);
    expect(timeline).toEqual({ startUnixNano: nano(5), durationMs: 45, openEndMs: 45 });
  });

  test("reaches until now while the trace runs, and grows in steps", () => {
    const running = [{ id: 1, open: true }];
    expect(timelineOf(running, { nowMs: epochMs + 420 })).toMatchObject({ durationMs: 500, openEndMs: 420 });
    expect(timelineOf(running, { nowMs: epochMs + 480 })).toMatchObject({ durationMs: 500, openEndMs: 480 });
    expect(timelineOf(running, { nowMs: epochMs + 510 })).toMatchObject({ durationMs: 750, openEndMs: 510 });
  });

  test("ends a little after the last known time of an unfinished trace", () => {
    const spans = [
      { id: 1, open: true },
      { id: 2, parent: 1, startMs: 1, endMs: 100 },
    ];
    expect(timelineOf(spans, { isAlive: false, nowMs: epochMs + 1e9 }).openEndMs).toBe(106);
  });

  test("is never empty", () => {
    expect(timelineOf([{ id: 1, endMs: 0 }]).durationMs).toBeGreaterThan(0);
  });

  test("places bars to the nanosecond, and moves an end before the start to the start", () => {
    const timeline = timelineOf([{ id: 1, endMs: 10 }]);
    expect(toBar(aSpan({ startMs: 2.000001, endMs: 3 }), timeline)).toEqual({
      offsetMs: 2.000001,
      durationMs: 0.9999989999999999,
      isOpen: false,
    });
    expect(toBar(aSpan({ startMs: 5, endMs: 4 }), timeline)).toMatchObject({ durationMs: 0 });
    expect(toBar(aSpan({ startMs: 4, open: true }), timeline)).toMatchObject({ durationMs: 6, isOpen: true });
  });
});

describe("ticks", () => {
  const labels = (durationMs: number, maxCount: number) =>
    toTicks(durationMs, maxCount).map(({ label }) => label);

  test("are round, in steps of 1, 2 and 5, and above a second in those of a clock face", () => {
    expect(labels(632, 4)).toEqual(["0", "200 ms", "400 ms", "600 ms"]);
    expect(labels(0.0042, 5)).toEqual(["0", "1 µs", "2 µs", "3 µs", "4 µs"]);
    expect(labels(100_000, 4)).toEqual(
      ["0", "30 s", "1 min", "1:30 min"].map((label) => label.replace("1 min", "1:00 min")),
    );
    expect(labels(3 * 86_400_000, 3)).toEqual(["0", "24:00 h", "48:00 h", "72:00 h"]);
  });

  test("are at most as many as there is room for, and at least two, at every scale", () => {
    for (let power = -6; power < 10; power += 0.03) {
      for (const room of [2, 5, 9]) {
        const ticks = toTicks(10 ** power, room);
        expect(ticks.length).toBeLessThanOrEqual(room + 1);
        // Below a nanosecond nothing is measured.
        if (power > -6) expect(ticks.length).toBeGreaterThan(1);
        expect(ticks[0]?.label).toBe("0");
      }
    }
  });

  test("have a nice ceiling that is never below the value", () => {
    for (const value of [0.001, 0.99, 1, 1.01, 7.4, 9.9, 123456]) {
      expect(toNiceCeiling(value)).toBeGreaterThanOrEqual(value);
      expect(toNiceCeiling(value)).toBeLessThanOrEqual(value * 2.01);
    }
  });
});
