/**
 * What a payload has in its JSON text, character for character, if something is found in it: SQLite looks for that much
 * faster than payloads are parsed.
 *
 * ASCII letters stand in JSON as they are, also in JSON within JSON, unless written as \u0061: a payload with such an escape
 * always may have what is looked for. Digits say nothing, because 1e3 is searched as 1000.
 */
import { positiveOpOf, type FilterClause } from "@spanbook/core/search";
import { always, type Condition } from "./condition.js";

const maxWordLength = 100;

/** What numbers may be written as, though JSON has no such words. */
const wordsOfNumbers = ["infinity", "nan"];

/** Holds for each span `s` in whose content the clause, by its positive operator, finds something. */
export function wordInPayload(clause: FilterClause): Condition {
  if (clause.kind !== "comparison" || typeof clause.value !== "string") return always;
  const op = positiveOpOf(clause.op);
  // In expressions of these characters everything must be there: nothing is an alternative, or may be left out.
  if (op === "RLIKE" && !/^[\w .^$+-]*$/.test(clause.value)) return always;
  // Beyond ASCII there are further variants of i, k and s, which SQLite's LIKE does not know.
  const letters = op === "ILIKE" ? /[a-hjl-rt-z ]{2,}/gi : /[a-z ]{2,}/gi;
  const words = clause.value.match(letters) ?? [];
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), "");
  if (wordsOfNumbers.some((word) => word.includes(longest.toLowerCase()))) return always;
  const word = longest.slice(0, maxWordLength);
  return op === "ILIKE" ? orEscaped("s.payload LIKE ?", `%${word}%`) : orEscaped("instr(s.payload, ?)", word);
}

/** Holds for each span `s` that has an attribute of that key. */
export function keyInPayload(key: string): Condition {
  return /^[\w .-]*$/.test(key) ? orEscaped("instr(s.payload, ?)", `"${key}"`) : always;
}

function orEscaped(sql: string, parameter: string): Condition {
  return { sql: `(${sql} OR instr(s.payload, '\\u'))`, parameters: [parameter] };
}
