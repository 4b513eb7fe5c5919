/** Random filters over the small world of random-spans.ts, so that they find some traces and not others. */
import { factsOf, fieldNames, operatorsOf, type FilterField, type FilterTree } from "@spanbook/core/search";
import type { FilterValue } from "@spanbook/core/search";
import type { Random } from "./random.js";
import { epochMs, traceId } from "./spans.js";

const keys = ["a", "b", "__proto__", "", "c.d", "version", "note", "mlflow.spanInputs", "`", "it's"];
const texts = [
  "",
  "ask",
  "Ask",
  "answer",
  "größe",
  "GRÖẞE",
  "LLM",
  "TOOL",
  "small",
  "s1",
  "alice",
  "run-1",
  "7",
  "2",
  "value 5",
  "question 2",
  "it's",
  '"',
  "\\",
  "😀",
  "a\nb",
  traceId(3),
];
const patternPieces = ["%", "_", "%", "a", "s", "A", "ö", "Ö", "value", "question", " ", "2", ".", "(", "'"];
const regexes = [
  "^a",
  "(?i)^A",
  "k$",
  "question [23]",
  "(a|s)+",
  "^.?$",
  "\\d",
  "[^a-z]",
  "ö",
  "^\\s*$",
  "\\bask\\b",
];

/** A tree that parseFilter accepts, of limited depth; never the empty one. */
export function randomFilter(random: Random, depth = 3): FilterTree {
  if (depth === 0 || random.chance(0.35)) return randomClause(random);
  if (random.chance(0.25)) return { kind: "not", operand: randomFilter(random, depth - 1) };
  const operands = Array.from({ length: random.integer(2, 3) }, () => randomFilter(random, depth - 1));
  return { kind: random.pick(["and", "or"]), operands };
}

function randomClause(random: Random): FilterTree {
  const name = random.pick(fieldNames);
  const facts = factsOf({ name });
  const isAssessment = name === "feedback" || name === "expectation";
  const key = isAssessment && random.chance(0.8) ? "correctness" : random.pick(keys);
  const field: FilterField = facts.hasKey ? { name, key } : { name };
  const op = random.pick(operatorsOf(facts));
  const value = () => randomValue(random, field);
  switch (op) {
    case "IS NULL":
    case "IS NOT NULL":
      return { kind: "nullCheck", field, op };
    case "IN":
    case "NOT IN":
      return { kind: "membership", field, op, values: Array.from({ length: random.integer(1, 4) }, value) };
    case "RLIKE":
    case "NOT RLIKE":
      return { kind: "comparison", field, op, value: random.pick(regexes) };
    case "LIKE":
    case "NOT LIKE":
    case "ILIKE":
    case "NOT ILIKE":
      return { kind: "comparison", field, op, value: randomPattern(random) };
    default:
      return { kind: "comparison", field, op, value: value() };
  }
}

function randomPattern(random: Random): string {
  if (random.chance(0.3)) return random.pick(texts);
  return Array.from({ length: random.integer(0, 5) }, () => random.pick(patternPieces)).join("");
}

function randomValue(random: Random, field: FilterField): FilterValue {
  const { type } = factsOf(field);
  if (typeof type !== "string") return random.pick(type);
  if (type === "number" || (type === "any" && random.chance(0.4))) return randomNumber(random, field);
  return random.pick(texts);
}

function randomNumber(random: Random, { name }: FilterField): number {
  if (name === "trace.timestamp_ms" || name === "trace.end_time_ms") {
    return epochMs + random.integer(-4, 200) / 4;
  }
  return random.pick([0, 1, 2, 3, 0.75, 1.5, -0.25, 5, 10.25, -1e-7, 1e21, random.integer(-8, 48) / 4]);
}
