import { createPatchIds } from "@spanbook/core/model";
import { describe, expect, it } from "vitest";

describe("patch ids", () => {
  it("are the milliseconds, a counter, and random digits", () => {
    const nextId = createPatchIds(
      () => 1_700_000_000_000.9,
      () => "abcd",
    );
    expect(nextId()).toBe("018bcfe56800-000000-abcd");
    expect(nextId()).toBe("018bcfe56800-000001-abcd");
  });

  it("sort in the order in which they were made, within a millisecond and beyond", () => {
    let nowMs = 0;
    const nextId = createPatchIds(
      () => nowMs,
      () => "0",
    );
    const ids = [];
    for (nowMs of [0, 0, 1, 15, 16, 255, 256, 1_700_000_000_000, 1_700_000_000_000, 9_999_999_999_999]) {
      ids.push(nextId());
    }
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("continue from the last one if the wall clock is set back", () => {
    let nowMs = 1000;
    const nextId = createPatchIds(
      () => nowMs,
      () => "0",
    );
    const first = nextId();
    nowMs = 10;
    const second = nextId();
    nowMs = 1000;
    const third = nextId();
    nowMs = 1001;
    const fourth = nextId();
    expect([first, second, third, fourth]).toEqual([
      "0000000003e8-000000-0",
      "0000000003e8-000001-0",
      "0000000003e8-000002-0",
      "0000000003e9-000000-0",
    ]);
  });

  it("made by two makers in the same millisecond differ in their random digits", () => {
    const one = createPatchIds(
      () => 5,
      () => "aaaa",
    );
    const other = createPatchIds(
      () => 5,
      () => "bbbb",
    );
    expect(one()).not.toBe(other());
  });
});
