import { compileLike } from "@spanbook/core/search";
import { expect, it, test } from "vitest";
import { createRandom } from "../../support/random.js";

const cases: [string, string[], string[]][] = [
  ["", [""], ["a"]],
  ["%", ["", "a\nb"], []],
  ["abc", ["abc"], ["abcd", "ABC", "xabc"]],
  ["ab%", ["ab", "abc"], ["xab"]],
  ["%ab", ["ab", "xab"], ["abx"]],
  ["%ab%", ["ab", "xabx", "\nab\n"], ["ba"]],
  ["_", ["a", "ö", "😀", "\n"], ["", "ab"]],
  ["_%_", ["ab", "a😀"], ["a", "😀"]],
  ["a%b_d%", ["abcd", "axxbbcdxx"], ["abd"]],
  ["%a%a%a", ["aaa", "xaxaxa"], ["aa"]],
  ["100\\%", ["100\\", "100\\ off"], ["100%"]],
  ["[a-z].*", ["[a-z].*"], ["b"]],
];
test.each(cases)("LIKE %j", (pattern, found, notFound) => {
  for (const text of found) expect([text, compileLike(pattern, false)(text)]).toEqual([text, true]);
  for (const text of notFound) expect([text, compileLike(pattern, false)(text)]).toEqual([text, false]);
});

test("ILIKE ignores case, in any alphabet", () => {
  expect(compileLike("%GRÖẞE_", true)("die größe!")).toBe(true);
  expect(compileLike("ΟΔΟΣ%", true)("οδος")).toBe(true);
  expect(compileLike("İ", true)("i̇")).toBe(false);
  expect(compileLike("strasse", true)("Straße")).toBe(false);
});

it("LIKE agrees with the equivalent regular expression on random texts", () => {
  const random = createRandom(1);
  const piecesOf = (pieces: string[]) =>
    Array.from({ length: random.integer(0, 8) }, () => random.pick(pieces));
  for (let round = 0; round < 6000; round++) {
    const pattern = piecesOf(["a", "b", "%", "_", "ö", "😀", "A", "."]).join("");
    const text = piecesOf(["a", "b", "A", "ö", "Ö", "😀", "\n", "."]).join("");
    const source = pattern.replaceAll(".", "\\.").replaceAll("%", "[^]*").replaceAll("_", "[^]");
    const ignoreCase = random.chance(0.5);
    const expected = new RegExp(`^${source}$`, ignoreCase ? "iu" : "u").test(text);
    expect([pattern, text, compileLike(pattern, ignoreCase)(text)]).toEqual([pattern, text, expected]);
  }
});

it("LIKE is instant even with many wildcards", () => {
  expect(compileLike("%a".repeat(30) + "b", false)("a".repeat(20_000))).toBe(false);
});
