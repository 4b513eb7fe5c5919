import { describe, expect, test } from "vitest";
import { toRowWindow } from "../../packages/widget/src/derive/row-window.js";
import { toRowSlots } from "../../packages/widget/src/derive/row-slots.js";
import { createRandom } from "../support/random.js";

function createSlots() {
  let count = 0;
  return () => count++;
}

function keysFrom(first: number, count = 6): string[] {
  return Array.from({ length: count }, (_, at) => `row ${first + at}`);
}

describe("the elements of rows", () => {
  test("are reused in their order by the rows after a jump", () => {
    const toNewSlot = createSlots();
    const before = toRowSlots(keysFrom(0), new Map(), undefined, toNewSlot);
    const after = toRowSlots(keysFrom(100), before, undefined, toNewSlot);
    expect([...after.values()]).toEqual([...before.values()]);
  });

  test("stay with their rows when a list moves on a little, and new ones come at the end", () => {
    const toNewSlot = createSlots();
    const before = toRowSlots(keysFrom(0), new Map(), undefined, toNewSlot);
    const after = toRowSlots(keysFrom(2), before, undefined, toNewSlot);
    expect([...after.values()]).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test("are also reused in their order if more than a third would be new", () => {
    const toNewSlot = createSlots();
    const before = toRowSlots(keysFrom(0), new Map(), undefined, toNewSlot);
    const after = toRowSlots(keysFrom(3), before, undefined, toNewSlot);
    expect([...after.values()]).toEqual([...before.values()]);
  });

  test("leave the focused row where it is, whatever is in sight", () => {
    const toNewSlot = createSlots();
    const before = toRowSlots(keysFrom(0), new Map(), undefined, toNewSlot);
    const after = toRowSlots(["row 3", ...keysFrom(50, 4)], before, "row 3", toNewSlot);
    expect([...after.values()]).toEqual([3, 4, 5, 6, 7]);
  });

  test("belong to one row each and never change order; rows keep theirs unless they jump, the focused one always", () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = createRandom(seed);
      const toNewSlot = createSlots();
      let known: ReadonlyMap<string, number> = new Map();
      for (let step = 0; step < 30; step++) {
        const first = random.integer(0, 40);
        const shown = Array.from({ length: 20 }, (_, at) => first + at).filter(() => random.chance(0.8));
        const focused = `row ${shown[0]}`;
        const isJump = shown.filter((row) => !known.has(`row ${row}`)).length * 3 > shown.length;
        const slots = toRowSlots(
          shown.map((row) => `row ${row}`),
          known,
          focused,
          toNewSlot,
        );
        expect([...slots.keys()]).toEqual(shown.map((row) => `row ${row}`));
        expect(new Set(slots.values()).size).toBe(shown.length);
        for (const [key, slot] of known) {
          if (slots.has(key) && (!isJump || key === focused)) expect(slots.get(key)).toBe(slot);
        }
        const orderOf = new Map([...known.values()].map((slot, place) => [slot, place]));
        const kept = [...slots.values()].flatMap((slot) => orderOf.get(slot) ?? []);
        expect(kept, `seed ${seed}`).toEqual(kept.toSorted((a, b) => a - b));
        known = slots;
      }
    }
  });
});

describe("the rows that are drawn", () => {
  const windowAt = (topPx: number, count = 1000) => toRowWindow({ topPx, heightPx: 280 }, count, 28);

  test("are those in sight and some beyond, always the same number, and change in steps", () => {
    for (let topPx = 0; topPx <= 28_000 - 280; topPx += 7) {
      const { top, bottom, first, last } = windowAt(topPx);
      expect(top).toBe(Math.floor(topPx / 28));
      expect(bottom).toBeGreaterThanOrEqual(Math.ceil((topPx + 280) / 28));
      expect(first).toBeLessThanOrEqual(Math.max(0, top - 1));
      expect(last).toBeGreaterThanOrEqual(Math.min(1000, bottom + 1));
      expect(last - first).toBe(16);
    }
    expect(windowAt(28 * 42)).toMatchObject({ first: windowAt(28 * 41).first, last: windowAt(28 * 41).last });
  });

  test("are none until it is known what is in sight, some if nothing is laid out, and the last of a list that got shorter", () => {
    expect(toRowWindow(undefined, 1000, 28)).toMatchObject({ first: 0, last: 0 });
    expect(toRowWindow({ topPx: 0, heightPx: 0 }, 1000, 28)).toMatchObject({ first: 0, last: 40 });
    expect(windowAt(20_000, 30)).toMatchObject({ top: 25 });
  });
});
