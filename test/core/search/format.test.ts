import { formatField, formatFilter, parseFilter } from "@spanbook/core/search";
import { describe, expect, it, test } from "vitest";
import { randomFilter } from "../../support/random-filters.js";
import { createRandom } from "../../support/random.js";

describe("formatting a filter", () => {
  const texts: [string, string][] = [
    ["", ""],
    ["status='OK'", "trace.status = 'OK'"],
    ['name = "it\'s" and timestamp>=1.50', "trace.name = 'it''s' AND trace.timestamp_ms >= 1.5"],
    ["tags.`a b` in (\"x\",'y')", "tag.`a b` IN ('x', 'y')"],
    ["tag.`a``b` is not null", "tag.`a``b` IS NOT NULL"],
    ["span.attributes.gen_ai.system not like 'o%'", "span.attributes.`gen_ai.system` NOT LIKE 'o%'"],
    [
      "not (name='a' or name='b') and (name='c')",
      "NOT (trace.name = 'a' OR trace.name = 'b') AND trace.name = 'c'",
    ],
  ];
  test.each(texts)("%s", (text, formatted) => expect(formatFilter(parseFilter(text))).toBe(formatted));

  it("gives text that parses to the same tree, for any tree", () => {
    const random = createRandom(1);
    for (let round = 0; round < 1000; round++) {
      const tree = randomFilter(random, 4);
      expect(parseFilter(formatFilter(tree))).toEqual(tree);
    }
  });

  it("keeps any key and any text", () => {
    for (const text of [
      "",
      "'",
      '"',
      "`",
      "\\",
      "\n",
      "\0",
      "😀",
      "\ud800",
      "a.b",
      "AND",
      "__proto__",
      "--",
      "/*",
    ]) {
      const tree = { kind: "comparison", field: { name: "tag", key: text }, op: "=", value: text } as const;
      expect(parseFilter(formatFilter(tree))).toEqual(tree);
    }
  });

  it("also writes a single field", () => {
    expect(formatField({ name: "tag", key: "a b" })).toBe("tag.`a b`");
    expect(formatField({ name: "span.name" })).toBe("span.name");
  });
});

describe("parsing hostile text", () => {
  it("gives a tree, or a FilterSyntaxError of one line with a position in the text", () => {
    const random = createRandom(5);
    const pieces =
      "name|status|tag.a|span.name|span.attributes.`x y`|=|!=|<|>=|LIKE|RLIKE|IN|NOT|AND|OR|IS|NULL|(|)|,|'a'|\"b\"|'|`|5|-1.5e3|.|;|--|\\|\0|\n|😀|\ud800|'OK'";
    for (let round = 0; round < 2000; round++) {
      const words = Array.from({ length: random.integer(0, 12) }, () => random.pick(pieces.split("|")));
      const text = words.join(random.pick(["", " "]));
      try {
        parseFilter(text);
      } catch (error) {
        expect(error).toMatchObject({ name: "FilterSyntaxError" });
        const { message, position } = error as Error & { position: number };
        expect(message).not.toContain("\n");
        expect(position).toBeGreaterThanOrEqual(0);
        expect(position).toBeLessThanOrEqual(text.length);
      }
    }
  });
});
