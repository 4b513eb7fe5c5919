import { describe, expect, test } from "vitest";
import { surfaces, texts, toTypeTone, types, type Shade } from "../../packages/widget/src/design/tokens.js";

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each(["light", "dark"] as const)("in %s", (mode) => {
  test.each(Object.entries<Shade>({ ...texts, ...types }))(
    "%s can be read on every surface (AA)",
    (_, shade) => {
      for (const surface of Object.values<Shade>(surfaces)) {
        expect(contrast(shade[mode], surface[mode])).toBeGreaterThanOrEqual(4.5);
      }
    },
  );
});

test("a user's own span type has the tone of an unknown one", () => {
  expect(["CHAT_MODEL", "WORKFLOW", "mine", "constructor", "__proto__"].map(toTypeTone)).toEqual([
    "model",
    "chain",
    "unknown",
    "unknown",
    "unknown",
  ]);
});
