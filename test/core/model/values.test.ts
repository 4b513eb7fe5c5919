import { describe, expect, it } from "vitest";
import {
  escapeKey,
  fromDouble,
  fromInteger,
  toAnyValue,
  toKeyValues,
  unescapeKey,
  type AnyValue,
  type Value,
} from "../../../packages/core/src/model/values.js";

describe("a value from a double", () => {
  it("is tagged if JSON would turn it into an integer or null", () => {
    expect(fromDouble(2.5)).toBe(2.5);
    expect(fromDouble(3)).toEqual({ $double: 3 });
    expect(fromDouble(0)).toEqual({ $double: 0 });
    expect(fromDouble(-0)).toEqual({ $double: "-0" });
    expect(fromDouble(1e300)).toEqual({ $double: 1e300 });
    expect(fromDouble(5e-324)).toBe(5e-324);
    expect(fromDouble(NaN)).toEqual({ $double: "NaN" });
    expect(fromDouble(Infinity)).toEqual({ $double: "Infinity" });
    expect(fromDouble(-Infinity)).toEqual({ $double: "-Infinity" });
  });

  it("survives JSON", () => {
    for (const double of [2.5, 3, 0, -0, 1e300, 5e-324, Infinity, -Infinity, 2 ** 53, -(2 ** 63)]) {
      const value = JSON.parse(JSON.stringify(fromDouble(double))) as Value;
      expect(Object.is(Number(toAnyValue(value).doubleValue), double)).toBe(true);
    }
    expect(toAnyValue(JSON.parse(JSON.stringify(fromDouble(NaN))) as Value)).toEqual({ doubleValue: "NaN" });
  });
});

describe("a value from an integer", () => {
  it("is a number within 2^53, tagged within 64 bits, and text beyond", () => {
    expect(fromInteger(0n)).toBe(0);
    expect(fromInteger(-5n)).toBe(-5);
    expect(fromInteger(9007199254740991n)).toBe(9007199254740991);
    expect(fromInteger(-9007199254740991n)).toBe(-9007199254740991);
    expect(fromInteger(9007199254740992n)).toEqual({ $int: "9007199254740992" });
    expect(fromInteger(9223372036854775807n)).toEqual({ $int: "9223372036854775807" });
    expect(fromInteger(-9223372036854775808n)).toEqual({ $int: "-9223372036854775808" });
    expect(fromInteger(9223372036854775808n)).toBe("9223372036854775808");
    expect(fromInteger(-9223372036854775809n)).toBe("-9223372036854775809");
  });
});

describe("keys", () => {
  it("that start with a dollar sign are written with a second one, which is removed when read", () => {
    const pairs: [string, string][] = [
      ["$int", "$$int"],
      ["$", "$$"],
      ["$$", "$$$"],
      ["$$int", "$$$int"],
      ["a$", "a$"],
      ["", ""],
      ["__proto__", "__proto__"],
    ];
    for (const [key, escaped] of pairs) {
      expect(escapeKey(key)).toBe(escaped);
      expect(unescapeKey(escaped)).toBe(key);
    }
  });
});

describe("OTLP's AnyValue of a value", () => {
  const cases: [string, Value, AnyValue][] = [
    ["a text", "a", { stringValue: "a" }],
    ["the empty text", "", { stringValue: "" }],
    ["false", false, { boolValue: false }],
    ["an integer", 3, { intValue: "3" }],
    ["zero", 0, { intValue: "0" }],
    ["the largest safe integer", 9007199254740991, { intValue: "9007199254740991" }],
    ["a fraction", 2.5, { doubleValue: 2.5 }],
    ["a number beyond 2^53", 9007199254740992, { doubleValue: 9007199254740992 }],
    ["null", null, {}],
    ["a large integer", { $int: "9223372036854775807" }, { intValue: "9223372036854775807" }],
    ["a whole double", { $double: 3 }, { doubleValue: 3 }],
    ["not a number", { $double: "NaN" }, { doubleValue: "NaN" }],
    ["infinity", { $double: "-Infinity" }, { doubleValue: "-Infinity" }],
    ["bytes", { $bytes: "AP8=" }, { bytesValue: "AP8=" }],
    ["an empty list", [], { arrayValue: { values: [] } }],
    [
      "a list in a list",
      [1, ["a", null]],
      {
        arrayValue: {
          values: [{ intValue: "1" }, { arrayValue: { values: [{ stringValue: "a" }, {}] } }],
        },
      },
    ],
    ["an empty object", {}, { kvlistValue: { values: [] } }],
    [
      "an object with an escaped key, which is no tag",
      { $$int: "5" },
      { kvlistValue: { values: [{ key: "$int", value: { stringValue: "5" } }] } },
    ],
    [
      "an object with a tag's key among others, which is none",
      { $int: "5", a: 1 },
      {
        kvlistValue: {
          values: [
            { key: "$int", value: { stringValue: "5" } },
            { key: "a", value: { intValue: "1" } },
          ],
        },
      },
    ],
  ];
  for (const [what, value, expected] of cases) {
    it(`is right for ${what}`, () => expect(toAnyValue(value)).toEqual(expected));
  }

  it('keeps a key like "__proto__"', () => {
    const value = JSON.parse('{"__proto__":{"__proto__":1},"constructor":2}') as Record<string, Value>;
    expect(toKeyValues(value)).toEqual([
      {
        key: "__proto__",
        value: { kvlistValue: { values: [{ key: "__proto__", value: { intValue: "1" } }] } },
      },
      { key: "constructor", value: { intValue: "2" } },
    ]);
  });
});
