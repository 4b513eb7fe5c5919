import { compareText } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../support/random.js";

describe("the order of texts", () => {
  it("is that of their UTF-8 bytes", () => {
    const random = createRandom(1);
    const characters = [
      ..."\0 aAzZ09_ß日",
      "\u2028",
      "\ud7ff",
      "\ue000",
      "\uff5e",
      "\uffff",
      "😀",
      "😁",
      "\u{10ffff}",
    ];
    const anyText = () =>
      Array.from({ length: random.integer(0, 4) }, () => random.pick(characters)).join("");
    for (let round = 0; round < 20_000; round++) {
      const [a, b] = [anyText(), anyText()];
      expect(Math.sign(compareText(a, b)), JSON.stringify([a, b])).toBe(
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
    }
  });

  it("is a total one where texts hold lone surrogates", () => {
    const texts = ["", "a", "\ud800", "\ud800a", "\udc00", "\ud800\udc00", "\uffff"];
    const inOrder = [...texts].sort(compareText);
    for (const [i, a] of inOrder.entries()) {
      for (const [j, b] of inOrder.entries()) expect(Math.sign(compareText(a, b))).toBe(Math.sign(i - j));
    }
  });
});
