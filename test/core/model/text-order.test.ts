import { compareText } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../support/random.js";

describe("compareText", () => {
  it("orders as UTF-8 bytes do", () => {
    const random = createRandom(1);
    const characters = ["", "a", "b", "\0", "é", "～", "\ue000", "\ud7ff", "😀", "😁", "𝒳", "\uffff"];
    const randomText = () =>
      Array.from({ length: random.integer(0, 4) }, () => random.pick(characters)).join("");
    for (let round = 0; round < 5000; round++) {
      const [a, b] = [randomText(), randomText()];
      expect([a, b, Math.sign(compareText(a, b))]).toEqual([
        a,
        b,
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      ]);
    }
  });

  it("orders half a surrogate pair by its own code point", () => {
    const inOrder = ["a", "\ud7ff", "\ud800", "\ud800a", "\udc00", "\uffff", "\u{10000}", "😀"];
    expect([...inOrder].reverse().sort(compareText)).toEqual(inOrder);
  });

  it("treats equal texts as equal", () => {
    expect(compareText("größe", "größe")).toBe(0);
  });
});
