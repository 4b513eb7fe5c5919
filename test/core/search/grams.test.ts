import {
  clauseGrams,
  compileFilter,
  createGramSet,
  hasGrams,
  parseFilter,
  requiredGrams,
  type FilterClause,
} from "@spanbook/core/search";
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../support/random.js";
import { aSpan, recordOf } from "../../support/spans.js";
import { aTrace } from "../../support/traces.js";

function bytesOf(payloads: readonly string[]): Uint8Array {
  const grams = createGramSet();
  for (const payload of payloads) grams.add(new TextEncoder().encode(payload));
  return grams.toBytes();
}

function mayFind(bytes: Uint8Array, filter: string): boolean {
  return hasGrams(bytes, clauseGrams(parseFilter(filter) as FilterClause));
}

describe("the index of payloads", () => {
  it("tells words that occur from words that do not, in any case", () => {
    const bytes = bytesOf(['{"a":"Beeswax melts"}', '{"b":"at 62 degrees, 數據庫"}']);
    for (const filter of [
      "trace.text ILIKE '%BEESWAX melt%'",
      "trace.text LIKE '%數據庫%'",
      "trace.text RLIKE 'melts?|x'",
      "trace.text RLIKE 'mel.*degree(s|z)'",
      "trace.text LIKE '%ab%' ",
    ]) {
      expect([filter, mayFind(bytes, filter)]).toEqual([filter, true]);
    }
    for (const filter of [
      "trace.text ILIKE '%paraffin%'",
      "trace.text LIKE '%melting point%'",
      "trace.text LIKE '%數據表%'",
      "trace.text RLIKE 'paraffin\\d+'",
      "trace.text RLIKE '^(candle wick)+$'",
    ]) {
      expect([filter, mayFind(bytes, filter)]).toEqual([filter, false]);
    }
  });

  it("requires an attribute's key, or the texts of a pattern that is not negated", () => {
    const bytes = bytesOf(['{"beeswax":"melts"}']);
    const mayBeTrue = (filter: string) => hasGrams(bytes, requiredGrams(parseFilter(filter) as FilterClause));
    expect(mayBeTrue("span.attributes.beeswax = 'x'")).toBe(true);
    expect(mayBeTrue("span.attributes.paraffin != 'x'")).toBe(false);
    expect(mayBeTrue("span.attributes.paraffin IS NULL")).toBe(true);
    expect(mayBeTrue("span.content LIKE '%paraffin%'")).toBe(false);
    expect(mayBeTrue("trace.text NOT LIKE '%paraffin%'")).toBe(true);
    expect(mayBeTrue("span.name LIKE '%paraffin%'")).toBe(true);
  });

  it("is small if the payloads are", () => {
    expect(bytesOf(['{"a":"Beeswax"}'])).toHaveLength(64);
    const random = createRandom(1);
    const anyText = Array.from({ length: 30_000 }, () => random.pick([..."etaoinshrdlu "])).join("");
    expect(bytesOf([anyText]).length).toBeLessThan(1025);
    expect(bytesOf(['{"a":"\\u0062eeswax"}'])).toHaveLength(0);
  });

  it("never denies what the evaluator finds, however that is written", () => {
    const random = createRandom(2);
    let found = 0;
    let denied = 0;
    for (let round = 0; round < 4000; round++) {
      const text = randomText(random);
      const span = aSpan({ attributes: { note: randomNote(random, text) as never } });
      const payload = escapeSome(random, recordOf(span).payload);
      const trace = aTrace([span]);
      const subject = {
        info: trace.info,
        spans: [{ digest: recordOf(span).digest, span: JSON.parse(payload) }],
      };
      const op = random.pick(["LIKE", "ILIKE", "RLIKE"] as const);
      const value =
        op === "RLIKE" ? randomRegex(random) : `%${random.chance(0.5) ? text : randomText(random)}%`;
      const clause = { kind: "comparison", field: { name: "trace.text" }, op, value } as const;
      const isFound = compileFilter(clause)(subject) === true;
      const maybe = hasGrams(bytesOf([payload]), clauseGrams(clause));
      if (isFound && !maybe) expect.fail(`${op} ${JSON.stringify(value)} is found in ${payload}`);
      found += Number(isFound);
      denied += Number(!maybe);
    }
    expect([found > 400, denied > 400]).toEqual([true, true]);
  });
});

const pieces = [
  "kiss",
  "KISS",
  "ſ",
  "\u212a",
  "ı",
  "i",
  "größe",
  "ẞ",
  "ß",
  "數據",
  "😀",
  "1e3",
  "12",
  "nan",
  "Infinity",
  "-",
  ".",
  "_",
  " ",
  '"',
  "\\",
  "\n",
  "u0061",
  "/",
];

function randomText(random: Random): string {
  return Array.from({ length: random.integer(1, 3) }, () => random.pick(pieces)).join("");
}

function randomNote(random: Random, text: string): unknown {
  return random.pick([
    text,
    JSON.stringify(text),
    JSON.stringify({ [text]: JSON.stringify([text]) }),
    { deep: [text, 1e21, 1200, { $double: "NaN" }] },
    Number.parseFloat(text) || 1000,
  ]);
}

/** The same JSON, with some characters written as escapes. */
function escapeSome(random: Random, payload: string): string {
  if (random.chance(0.5)) return payload;
  return payload.replace(/[a-zß據](?=[^"\\]*"\}\})/gu, (char) =>
    random.chance(0.1) ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` : char,
  );
}

function randomRegex(random: Random): string {
  const literal = random.pick(["kiss", "ss ", "1e3", "größe", "數據", "i", "12", "KIS"]);
  const shape = random.pick([
    "X",
    "(?i)X",
    "XX?",
    "^X",
    "(X)+",
    "X|zzz",
    "(X){2}",
    "a*X$",
    "\\bX",
    "[kK]X",
    "X.{0,3}X",
  ]);
  return shape.replaceAll("X", literal);
}
