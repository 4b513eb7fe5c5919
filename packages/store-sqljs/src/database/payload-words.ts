/**
 * Text that a payload's JSON must contain literally if something is to be found in it: SQLite searches for that much faster than
 * payloads are parsed.
 *
 * ASCII letters appear in JSON as they are, even in JSON within JSON, unless written as \u0061: a payload with such an escape
 * always counts as a possible match. Digits are no help, because 1e3 is searched as 1000.
 */
import { requiredTexts, type FilterClause } from "@spanbook/core/search";
import { always, type Condition } from "./condition.js";

const maxWordLength = 100;

/** Words that a number may be searched as, although JSON has no such words. */
const wordsOfNumbers = ["infinity", "nan"];

/** Holds for every span `s` whose content matches the clause's positive operator. */
export function wordInPayload(clause: FilterClause): Condition {
  const { texts, ignoreCase } = requiredTexts(clause);
  // Beyond ASCII there are more variants of i, k and s, which SQLite's LIKE does not know.
  const letters = ignoreCase ? /[a-hjl-rt-z ]{2,}/gi : /[a-z ]{2,}/gi;
  const words = texts.flatMap((text) => text.match(letters) ?? []);
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), "");
  if (wordsOfNumbers.some((word) => word.includes(longest.toLowerCase()))) return always;
  const word = longest.slice(0, maxWordLength);
  return ignoreCase ? orEscaped("s.payload LIKE ?", `%${word}%`) : orEscaped("instr(s.payload, ?)", word);
}

/** Holds for every span `s` that has an attribute with that key. */
export function keyInPayload(key: string): Condition {
  return /^[\w .-]*$/.test(key) ? orEscaped("instr(s.payload, ?)", `"${key}"`) : always;
}

function orEscaped(sql: string, parameter: string): Condition {
  return { sql: `(${sql} OR instr(s.payload, '\\u'))`, parameters: [parameter] };
}
