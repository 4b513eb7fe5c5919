import { compareUnixNano, millisecondsBetween, toUnixMs } from "@spanbook/core/model";
import { describe, expect, it } from "vitest";
import { createClockSource, type TimeSource } from "../../../packages/core/src/model/time.js";

/** A wall clock at 1,700,000,000,000 and a monotonic one at 5,000. */
function createFakeTime() {
  const time = { wall: 1_700_000_000_000, monotonic: 5000 };
  const source: TimeSource = { wallMs: () => time.wall, monotonicMs: () => time.monotonic };
  return {
    source,
    pass(ms: number) {
      time.wall += ms;
      time.monotonic += ms;
    },
    /** The machine sleeps: only the wall clock moves. */
    sleep(ms: number) {
      time.wall += ms;
    },
    setWall(wallMs: number) {
      time.wall = wallMs;
    },
  };
}

describe("a clock", () => {
  it("reads nanoseconds since the Unix epoch", () => {
    const time = createFakeTime();
    const clock = createClockSource(time.source).startTrace();
    expect(clock.now()).toBe("1700000000000000000");
    time.pass(1.5);
    expect(clock.now()).toBe("1700000000001500000");
  });

  it("makes spans start one after the other while time stands still, and never end before they start", () => {
    const time = createFakeTime();
    const clock = createClockSource(time.source).startTrace();
    expect([clock.start(), clock.start(), clock.now(), clock.start()]).toEqual([
      "1700000000000000000",
      "1700000000000000001",
      "1700000000000000001",
      "1700000000000000002",
    ]);
    time.pass(0.1);
    expect(clock.start()).toBe("1700000000000100000");
    time.sleep(1000);
    time.pass(1);
    expect([clock.now(), clock.start()]).toEqual(["1700000001001000000", "1700000001001000000"]);
  });

  it("keeps the monotonic clock's nanoseconds, which a double since the epoch could not hold", () => {
    const time = createFakeTime();
    const clock = createClockSource(time.source).startTrace();
    const readings = [];
    for (const ms of [0.001, 0.000999, 998.998001]) {
      time.pass(ms);
      readings.push(clock.now());
    }
    expect(readings).toEqual(["1700000000000001000", "1700000000000001999", "1700000000999000000"]);
  });

  it("drops the wall clock's fraction of a millisecond, but never that of elapsed time", () => {
    const time = createFakeTime();
    time.setWall(1_700_000_000_000.75);
    const clock = createClockSource(time.source).startTrace();
    expect(clock.now()).toBe("1700000000000000000");
    time.pass(0.5);
    expect(clock.now()).toBe("1700000000000500000");
  });

  it("counts from the time origin if there is one, including its fraction", () => {
    const time = createFakeTime();
    const originMs = 1_700_000_000_000 - 5000 + 0.25;
    const clock = createClockSource({ ...time.source, originMs }).startTrace();
    expect(clock.now()).toBe("1700000000000250000");
    time.pass(0.5);
    expect(clock.now()).toBe("1700000000000750000");
  });

  it("counts from the wall clock if that has moved away from the time origin", () => {
    const time = createFakeTime();
    time.sleep(3_600_000);
    const originMs = 1_700_000_000_000 - 5000;
    const clock = createClockSource({ ...time.source, originMs }).startTrace();
    expect(clock.now()).toBe("1700003600000000000");
  });

  it("moves ahead to another clock's time, and never back", () => {
    const time = createFakeTime();
    const clock = createClockSource(time.source).startTrace();
    clock.advanceTo("1700000000000000007");
    expect(clock.now()).toBe("1700000000000000007");
    clock.advanceTo("1700000000000000000");
    time.pass(1);
    expect(clock.now()).toBe("1700000000001000007");
  });

  it("writes no leading zeros at the epoch itself", () => {
    const time = createFakeTime();
    time.setWall(0);
    const clock = createClockSource(time.source).startTrace();
    expect(clock.now()).toBe("0");
    time.pass(0.000005);
    expect(clock.now()).toBe("5");
    time.pass(1);
    expect(clock.now()).toBe("1000005");
  });

  it("returns to the wall clock after the machine slept, within a trace and in the next", () => {
    const time = createFakeTime();
    const clocks = createClockSource(time.source);
    const clock = clocks.startTrace();
    time.pass(10);
    time.sleep(3_600_000);
    expect(clock.now()).toBe("1700003600010000000");
    time.pass(5);
    expect(clock.now()).toBe("1700003600015000000");
    expect(clocks.startTrace().now()).toBe("1700003600015000000");
  });

  it("does not follow a wall clock that is at most 100 ms ahead", () => {
    const time = createFakeTime();
    const clocks = createClockSource(time.source);
    const clock = clocks.startTrace();
    time.sleep(100);
    expect(clock.now()).toBe("1700000000000000000");
    expect(clocks.startTrace().now()).toBe("1700000000000000000");
    time.sleep(1);
    time.pass(1);
    expect(clock.now()).toBe("1700000000102000000");
  });

  it("does not follow a wall clock that is set back within a trace, but does in the next trace", () => {
    const time = createFakeTime();
    const clocks = createClockSource(time.source);
    const clock = clocks.startTrace();
    time.pass(1000);
    time.setWall(1_600_000_000_000);
    expect(clock.now()).toBe("1700000001000000000");
    time.pass(1);
    expect(clock.now()).toBe("1700000001001000000");
    const next = clocks.startTrace();
    expect(next.now()).toBe("1600000000001000000");
    expect(clock.now()).toBe("1700000001001000000");
  });

  it("gives consecutive traces the same anchor, so that their spans compare", () => {
    const time = createFakeTime();
    const clocks = createClockSource(time.source);
    const first = clocks.startTrace();
    time.pass(60_000);
    time.sleep(80);
    const second = clocks.startTrace();
    expect(second.now()).toBe(first.now());
  });

  it("reads the platform's time unless told otherwise", () => {
    const before = BigInt(Date.now() - 200) * 1_000_000n;
    const now = BigInt(createClockSource().startTrace().now());
    expect(now > before && now < before + 60_000_000_000n).toBe(true);
  });
});

describe("times as text", () => {
  it("compare as numbers", () => {
    const inOrder = ["0", "1", "9", "10", "99", "100", "1700000000000000000", "18446744073709551615"];
    for (const [i, a] of inOrder.entries()) {
      for (const [j, b] of inOrder.entries()) expect(Math.sign(compareUnixNano(a, b))).toBe(Math.sign(i - j));
    }
  });

  it("differ by milliseconds, exact to the nanosecond", () => {
    expect(millisecondsBetween("1700000000000000000", "1700000000000000001")).toBe(0.000001);
    expect(millisecondsBetween("1700000000000000001", "1700000000000000000")).toBe(-0.000001);
    expect(millisecondsBetween("0", "0")).toBe(0);
    expect(millisecondsBetween("1700000000000000000", "1708985600123456789")).toBe(8985600123.456789);
    expect(millisecondsBetween("0", "18446744073709551615")).toBe(18446744073709.55);
  });

  it("become milliseconds: whole ones exactly, fractions to a quarter of a microsecond", () => {
    expect(toUnixMs("0")).toBe(0);
    expect(toUnixMs("1")).toBe(0.000001);
    expect(toUnixMs("999999")).toBe(0.999999);
    expect(toUnixMs("1000000")).toBe(1);
    expect(toUnixMs("1700000000050000000")).toBe(1_700_000_000_050);
    expect(toUnixMs("1700000000050500000")).toBe(1_700_000_000_050.5);
    expect(toUnixMs("18446744073709551615")).toBe(18446744073709.55);
    for (let ms = 0; ms < 2000; ms++) {
      expect(toUnixMs(`${1_700_000_000_000 + ms}000000`)).toBe(1_700_000_000_000 + ms);
    }
  });
});
