import { describe, expect, test } from "vitest";
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
  test("are taken over in their order by the rows of a jump", () => {
    const toNewSlot = createSlots();
    const before = toRowSlots(keysFrom(0), new Map(), toNewSlot);
    const after = toRowSlots(keysFrom(100), before, toNewSlot);
    expect([...after.values()]).toEqual([...before.values()]);
  });

  test("stay with their rows, and come new at the end, where a list moves on a little", () => {
    const toNewSlot = createSlots();
    const before = toRowSlots(keysFrom(0), new Map(), toNewSlot);
    const after = toRowSlots(keysFrom(2), before, toNewSlot);
    expect([...after.values()]).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test("leave the focused row where it is, which stays whatever is in sight", () => {
    const toNewSlot = createSlots();
    const before = toRowSlots(keysFrom(0), new Map(), toNewSlot);
    const after = toRowSlots(["row 3", ...keysFrom(50, 4)], before, toNewSlot);
    expect([...after.values()]).toEqual([3, 4, 5, 6, 7]);
  });

  test("are each one row's, and never change their order while the rows keep theirs", () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = createRandom(seed);
      const toNewSlot = createSlots();
      let known: ReadonlyMap<string, number> = new Map();
      for (let step = 0; step < 30; step++) {
        const first = random.integer(0, 40);
        const shown = Array.from({ length: 20 }, (_, at) => first + at).filter(() => random.chance(0.8));
        const slots = toRowSlots(
          shown.map((row) => `row ${row}`),
          known,
          toNewSlot,
        );
        expect([...slots.keys()]).toEqual(shown.map((row) => `row ${row}`));
        expect(new Set(slots.values()).size).toBe(shown.length);
        for (const [key, slot] of known) if (slots.has(key)) expect(slots.get(key)).toBe(slot);
        const orderOf = new Map([...known.values()].map((slot, place) => [slot, place]));
        const kept = [...slots.values()].flatMap((slot) => orderOf.get(slot) ?? []);
        expect(kept, `seed ${seed}`).toEqual(kept.toSorted((a, b) => a - b));
        known = slots;
      }
    }
  });
});
