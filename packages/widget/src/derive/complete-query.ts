/** What may come next in a filter, according to what the parser expects at the end of the text so far. */
import { factsOf, fieldNames, formatField, parseFilter, type FilterSyntaxError } from "@spanbook/core/search";
import type { KnownValues } from "./known-values.js";

export interface Completion {
  /** Where the word to complete begins in the text; it ends at the caret. */
  readonly from: number;
  readonly choices: readonly Choice[];
}

export interface Choice {
  /** The replacement for the word. */
  readonly text: string;
  readonly kind: "field" | "operator" | "value" | "word";
}

const maxChoices = 12;

/** What the word before the caret can become; no choices if the text before it has a mistake. */
export function completeQuery(text: string, caret: number, known: KnownValues): Completion {
  const before = text.slice(0, caret);
  const from = toWordStart(before);
  const word = before.slice(from).toLowerCase();
  const choices = toChoices(before.slice(0, from), known)
    .map((choice) => ({ choice, rank: toRank(choice.text.toLowerCase(), word) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ choice }) => choice)
    .filter(({ text: choice }) => choice.toLowerCase() !== word);
  return { from, choices: choices.slice(0, maxChoices) };
}

/** The text with the word replaced by a choice, and the caret's new position. */
export function applyChoice(
  text: string,
  caret: number,
  from: number,
  { text: choice, kind }: Choice,
): { readonly text: string; readonly caret: number } {
  const isKeyToCome = kind === "field" && choice.endsWith(".");
  const inserted = isKeyToCome || choice.endsWith("(") ? choice : `${choice} `;
  const rest = text.slice(caret).replace(/^\s+/, "");
  return { text: text.slice(0, from) + inserted + rest, caret: from + inserted.length };
}

/** An open quote reaches to the caret, whatever is in it; otherwise a word, or an operator's signs. */
function toWordStart(before: string): number {
  const quoted = /(['"])(?:(?!\1).)*\1|(['"`])(?:(?!\2).)*$/gsu;
  for (const match of before.matchAll(quoted)) {
    if (match[2] !== undefined && match[2] !== "`") return match.index;
  }
  const [tail = ""] = /(?:[<>!=]+|(?:`[^`]*`?|[^\s<>!=(),'"`])*)$/u.exec(before) ?? [];
  return before.length - tail.length;
}

/** First what begins with the word, then what contains it; a field also counts without the part before its dot. */
function toRank(choice: string, word: string): number | undefined {
  const plain = word.replace(/^['"]/, "");
  const start = choice.replace(/^['"]/, "");
  if (start.startsWith(plain) || start.replace(/^trace\./, "").startsWith(plain)) return 0;
  return start.includes(plain) && !/^[<>!=]/.test(word) ? 1 : undefined;
}

function toChoices(before: string, known: KnownValues): readonly Choice[] {
  try {
    parseFilter(before);
    return before.trim() === "" ? toFields(known) : toWords(["AND", "OR"]);
  } catch (error) {
    const { position, expected } = error as FilterSyntaxError;
    if (position < before.trimEnd().length) return [];
    if (expected.includes("a field")) return [...toFields(known), ...toWords(["NOT", "("])];
    if (expected.includes("AND")) return toWords(expected.filter((word) => word !== "the end"));
    if (["=", "LIKE", "IN", "NULL"].some((operator) => expected.includes(operator))) {
      return expected.map((text) => ({ text: text.endsWith("IN") ? `${text} (` : text, kind: "operator" }));
    }
    return toValues(before, expected, known);
  }
}

/** Every field once, those with user-defined keys with the known keys. */
function toFields(known: KnownValues): Choice[] {
  return fieldNames.flatMap((name) => {
    const keys = [...known.keys()].filter((field) => field.startsWith(`${name}.`));
    const texts = factsOf({ name }).hasKey ? [...keys, `${name}.`] : [name.replace("trace.", "")];
    return texts.map((text) => ({ text, kind: "field" as const }));
  });
}

function toWords(words: readonly string[]): Choice[] {
  return words.map((text) => ({ text, kind: "word" }));
}

function toValues(before: string, expected: readonly string[], known: KnownValues): Choice[] {
  const literals = expected.filter((text) => /^'.*'$/.test(text));
  const values =
    literals.length > 0 ? literals : [...(known.get(toFieldBefore(before) ?? "") ?? [])].map(quote);
  return values.map((text) => ({ text, kind: "value" }));
}

const operatorAtEnd = /(\S+)\s*(?:[<>!=]+|\b(?:NOT\s+)?(?:I|R)?LIKE|\b(?:NOT\s+)?IN\s*\([^()]*)\s*$/iu;

/** The field that the value to come is compared with, by its canonical name. */
function toFieldBefore(before: string): string | undefined {
  const [, written = ""] = operatorAtEnd.exec(before) ?? [];
  try {
    const tree = parseFilter(`${written.replace(/[<>!=]+$/, "").replace(/^\(+/, "")} IS NULL`);
    return "field" in tree ? formatField(tree.field) : undefined;
  } catch {
    return undefined; // A key with spaces in it, or a field that can only be searched.
  }
}

/** The value as a filter writes it. An assessment's number or boolean has no quotes. */
function quote(value: string): string {
  return /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}
