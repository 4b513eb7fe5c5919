/** Other tools write filters as `model:x status:error`. Here those are plain words; this suggests the filter that was meant. */
import { formatField, maybeMeantField, parseFilter, type FilterField } from "@spanbook/core/search";
import type { KnownValues } from "./known-values.js";

/** The filter meant by a text with a colon in each of its words; undefined for any other text. */
export function maybeColonFilter(text: string, known: KnownValues): string | undefined {
  const terms = text.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? [];
  const clauses = terms.filter((term) => !/^and$/i.test(term)).map((term) => toClause(term, known));
  const found = clauses.flatMap((clause) => clause ?? []);
  return found.length > 0 && found.length === clauses.length ? found.join(" AND ") : undefined;
}

function toClause(term: string, known: KnownValues): string | undefined {
  const [, key = "", , value = ""] = /^([\w.-]+):(["']?)(.+)\2$/.exec(term) ?? [];
  if (value === "") return undefined;
  if (/^tags?$/i.test(key)) return toTagClause(value, known);
  const field = toField(key);
  if (field === undefined) return undefined;
  const seen = maybeSeen(value, known.get(formatField(field)));
  const written = formatField(field).replace("trace.", "");
  const literals = [
    ...(seen === undefined ? [] : [quote(seen)]),
    quote(value),
    quote(value.toUpperCase()),
    value,
  ];
  return literals.map((literal) => `${written} = ${literal}`).find((clause) => isFilter(clause));
}

/** Elsewhere a tag is a single word; here it has a key and a value, and the word may be either. */
function toTagClause(word: string, known: KnownValues): string {
  for (const [field, values] of known) {
    const seen = field.startsWith("tag.") ? maybeSeen(word, values) : undefined;
    if (seen !== undefined) return `${field} = ${quote(seen)}`;
  }
  return `${formatField({ name: "tag", key: word })} IS NOT NULL`;
}

/** The field of that name, or the one meant by it, as `session_id` is by "session". */
function toField(key: string): FilterField | undefined {
  const clause = [key, maybeMeantField(key) ?? key].map((name) => `${name} IS NULL`).find(isFilter);
  const tree = clause === undefined ? undefined : parseFilter(clause);
  return tree && "field" in tree ? tree.field : undefined;
}

/** A value as it was seen in traces, whatever its case. */
function maybeSeen(value: string, seen: ReadonlySet<string> = new Set()): string | undefined {
  return [...seen].find((other) => other.toLowerCase() === value.toLowerCase());
}

function isFilter(text: string): boolean {
  try {
    parseFilter(text);
    return true;
  } catch {
    return false;
  }
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
