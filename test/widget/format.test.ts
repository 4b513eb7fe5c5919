import { describe, expect, test } from "vitest";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatExactDuration,
  formatExactTime,
  formatPlural,
  formatRoundDuration,
  formatShortCount,
  formatSize,
  formatTime,
} from "../../packages/widget/src/derive/format.js";

describe("a duration", () => {
  test.each([
    [0, "0 ms"],
    [0.000001, "1 ns"],
    [0.0009994, "999 ns"],
    [0.0009996, "1.00 µs"],
    [0.0123, "12.3 µs"],
    [0.9994, "999 µs"],
    [0.9996, "1.00 ms"],
    [12.34, "12.3 ms"],
    [120, "120 ms"],
    [999.6, "1.00 s"],
    [1250, "1.25 s"],
    [59_940, "59.9 s"],
    [59_960, "1:00 min"],
    [65_000, "1:05 min"],
    [3_599_600, "1:00 h"],
    [9_000_000, "2:30 h"],
    [-1250, "-1.25 s"],
  ])("of %f ms is written with three digits: %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("is written without needless zeros if it is round", () => {
    expect([1500, 1000, 200, 20, 0.5, 90_000].map(formatRoundDuration)).toEqual([
      "1.5 s",
      "1 s",
      "200 ms",
      "20 ms",
      "500 µs",
      "1:30 min",
    ]);
  });

  test("is written to the nanosecond for those who ask", () => {
    expect(formatExactDuration(1234.567891)).toBe("1,234.567891 ms");
  });
});

describe("a time", () => {
  const nowMs = Date.UTC(2026, 10, 21, 12);
  const at = (...parts: [number, number, number, number, number, number]) =>
    formatTime(Date.UTC(...parts), nowMs, "Europe/Berlin");

  test("says as much of the date as differs from now, in the user's zone", () => {
    expect(at(2026, 10, 21, 8, 3, 20)).toBe("09:03:20");
    expect(at(2026, 10, 20, 23, 30, 0)).toBe("00:30:00");
    expect(at(2026, 10, 3, 13, 3, 20)).toBe("3 Nov 14:03");
    expect(at(2025, 0, 9, 13, 3, 20)).toBe("9 Jan 2025");
  });

  test("is exact to the nanosecond in UTC", () => {
    expect(formatExactTime("1700000000123456789")).toBe("2023-11-14T22:13:20.123456789Z");
    expect(formatExactTime("5")).toBe("1970-01-01T00:00:00.000000005Z");
    expect(formatExactTime("99999999999999999999999")).toBe("99999999999999999999999 ns");
  });
});

test("counts, sizes and costs are short", () => {
  expect([0, 950, 9999, 12_345, 999_499, 4_560_000].map(formatShortCount)).toEqual([
    "0",
    "950",
    "9,999",
    "12.3k",
    "999k",
    "4.56M",
  ]);
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect([formatPlural(1, "span"), formatPlural(2000, "span")]).toEqual(["1 span", "2,000 spans"]);
  expect([12, 1500, 2_340_000].map(formatSize)).toEqual(["12 B", "1.50 kB", "2.34 MB"]);
  expect([0, 0.00042, 0.0123, 3.5].map(formatCost)).toEqual(["$0", "$0.00042", "$0.012", "$3.50"]);
});
