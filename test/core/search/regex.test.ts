import { compileRegex } from "@spanbook/core/search";
import { describe, expect, it, test } from "vitest";
import { createRandom, type Random } from "../../support/random.js";

const finds = (pattern: string, text: string) => compileRegex(pattern).search(text).found;

/** What JavaScript says; `(?i)` is its flag. V8 finds \B inside a surrogate pair, where no character ends. */
function oracle(pattern: string, text: string): boolean {
  return pattern.startsWith("(?i)")
    ? new RegExp(pattern.slice(4), "iu").test(text)
    : new RegExp(pattern, "u").test(text);
}

describe("a regular expression", () => {
  const cases: [string, string[], string[]][] = [
    ["b", ["abc"], ["", "B"]],
    ["^b", ["bc"], ["ab", "a\nb"]],
    ["b$", ["ab"], ["bc", "b\n"]],
    ["^$", [""], ["a"]],
    ["", ["", "a"], []],
    ["a|b", ["b"], ["c"]],
    ["a|", ["", "c"], []],
    ["^(a|b)c$", ["ac", "bc"], ["cc"]],
    ["^(?:ab)+$", ["abab"], ["aba", ""]],
    ["^a*?b??$", ["aab", ""], ["abb"]],
    ["^a{2}$", ["aa"], ["a", "aaa"]],
    ["^a{2,}$", ["aa", "aaaa"], ["a"]],
    ["^a{1,2}$", ["a", "aa"], ["", "aaa"]],
    ["^a{0}$", [""], ["a"]],
    ['^{"a": ?\\d}$', ['{"a": 5}', '{"a":5}'], ["{}"]],
    ["a{,2}", ["a{,2}"], ["aa"]],
    ["^.$", ["😀", "ö"], ["", "\n", "ab"]],
    ["^[a-c_]$", ["b", "_"], ["d"]],
    ["^[^a-c]$", ["d", "\n", "😀"], ["b"]],
    ["^[]$", [], ["", "a"]],
    ["^[^]$", ["a", "\n"], [""]],
    ["^[\\d.-]+$", ["1.5-2"], ["a"]],
    ["^[\\]\\\\^-]+$", ["]\\^-"], ["a"]],
    ["^[a-]$", ["a", "-"], ["b"]],
    ["^\\w\\W\\s\\S\\d\\D$", ["_- x5x"], ["______"]],
    ["\\bcat\\b", ["a cat.", "cat"], ["cats", "concat"]],
    ["\\Bcat", ["concat"], ["cat"]],
    ["^\\x41\\u0042\\u{1F600}$", ["AB😀"], ["ab"]],
    ["^\\n\\t\\.\\/\\-$", ["\n\t./-"], []],
    ["[\\b]", ["\b"], ["b"]],
    ["(?i)größe", ["GRÖẞE", "Größe"], ["grosse"]],
    ["(?i)^[a-z]$", ["Q", "ſ", "\u212a"], ["5"]],
    ["(?i)Σ", ["ς", "σ"], ["s"]],
    ["^((a{0})*){5}$", [""], ["a"]],
    ["]}", ["]}"], []],
  ];
  test.each(cases)("%s", (pattern, found, notFound) => {
    for (const text of found) expect([text, finds(pattern, text)]).toEqual([text, true]);
    for (const text of notFound) expect([text, finds(pattern, text)]).toEqual([text, false]);
  });

  const refused: [string, string][] = [
    ["(a", "a group is not closed"],
    ["a)", "a ) closes no group"],
    ["[a", "a [ is not closed"],
    ["[b-a]", "a range of characters is out of order"],
    ["[\\d-z]", "a range of characters ends in a set"],
    ["*a", "nothing to repeat before *"],
    ["a|+", "nothing to repeat before +"],
    ["a**", "a repetition is repeated without a group around it"],
    ["a{2}{3}", "a repetition is repeated without a group around it"],
    ["^*", "nothing to repeat: ^ has no length"],
    ["a{3,2}", "a repetition from 3 to 2 is out of order"],
    ["a\\", "nothing follows the last \\"],
    ["\\1", "\\1 is not supported"],
    ["\\p{L}", "\\p is not supported"],
    ["\\x4", "\\x is not followed by a code in hex"],
    ["\\u{110000}", "\\u is not followed by a code in hex"],
    ["(?=a)", "(?= is not supported, only (?:…), and (?i) at the start"],
    ["(?<!a)", "(?< is not supported"],
    ["a(?i)", "(?i is not supported"],
    ["a{1001}", "it is too large: use smaller repetitions"],
    ["((a{30}){30}){30}", "it is too large: use smaller repetitions"],
    ["(a?){0,999999999}", "it is too large: use smaller repetitions"],
    ["(".repeat(10_000), "groups are nested more than 100 deep"],
  ];
  test.each(refused)("%s is refused", (pattern, message) => {
    expect(() => compileRegex(pattern)).toThrow(message);
    expect(() => compileRegex(pattern)).toThrow(SyntaxError);
  });

  it("finds what JavaScript finds, in random texts", () => {
    const random = createRandom(1);
    let found = 0;
    for (let round = 0; round < 1200; round++) {
      const pattern = randomPattern(random);
      const program = compileRegex(pattern);
      for (let count = 0; count < 4; count++) {
        const text = pattern.includes("\\B") ? randomText(random).replaceAll("😀", "~") : randomText(random);
        const got = program.search(text).found;
        if (got !== oracle(pattern, text)) expect.fail(`${pattern} finds ${got} in ${JSON.stringify(text)}`);
        found += Number(got);
      }
    }
    expect(found / 4800).toBeGreaterThan(0.2);
    expect(found / 4800).toBeLessThan(0.8);
  });

  it("never takes more steps per character than its size", () => {
    const random = createRandom(2);
    for (let round = 0; round < 300; round++) {
      const program = compileRegex(randomPattern(random));
      const text = randomText(random).repeat(5);
      const { steps } = program.search(text);
      expect(steps).toBeLessThanOrEqual(program.length * (text.length + 1));
    }
  });

  const slowElsewhere: [string, string][] = [
    ["^(a+)+$", "a".repeat(2000) + "!"],
    ["^(a|a)*$", "a".repeat(2000) + "!"],
    ["^(a|aa)+$", "a".repeat(2000) + "!"],
    ["^(.*a){12}$", "a".repeat(2000) + "!"],
    ["^((a*)*)*$", "a".repeat(2000) + "!"],
    ["^(a?){50}a{50}$", "a".repeat(49)],
    ["(x+x+)+y", "x".repeat(2000)],
    ["^([a-z]+\\d?)*@", "a".repeat(2000)],
  ];
  test.each(slowElsewhere)("%s is as fast as any other", (pattern, text) => {
    const program = compileRegex(pattern);
    const { found, steps } = program.search(text);
    expect(found).toBe(false);
    expect(steps).toBeLessThanOrEqual(program.length * (text.length + 1));
  });
});

function randomPattern(random: Random): string {
  return (random.chance(0.2) ? "(?i)" : "") + randomChoice(random, 3);
}

function randomChoice(random: Random, depth: number): string {
  return Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => randomSequence(random, depth)).join("|");
}

function randomSequence(random: Random, depth: number): string {
  return Array.from({ length: random.integer(0, 4) }, () => randomPart(random, depth)).join("");
}

function randomPart(random: Random, depth: number): string {
  if (random.chance(0.15)) return random.pick(["^", "$", "\\b", "\\B"]);
  const literal = random.pick(["a", "b", "B", "1", "_", " ", "ö", "Ö", "😀", ".", "\\.", "\\n", "-"]);
  const set = random.pick([
    "[ab]",
    "[^a]",
    "[a-c1-3]",
    "[^\\d\\s]",
    "[\\w-]",
    "\\d",
    "\\w",
    "\\s",
    "\\D",
    "\\S",
  ]);
  const group = depth === 0 ? literal : `${random.pick(["(", "(?:"])}${randomChoice(random, depth - 1)})`;
  const repetition = random.pick(["", "", "", "*", "+", "?", "*?", "{2}", "{0,2}", "{1,}", "{0}"]);
  return random.pick([literal, set, group]) + repetition;
}

function randomText(random: Random): string {
  const chars = ["a", "b", "A", "B", "1", "_", " ", "ö", "Ö", "😀", ".", "\n", "-", "c"];
  return Array.from({ length: random.integer(0, 8) }, () => random.pick(chars)).join("");
}
