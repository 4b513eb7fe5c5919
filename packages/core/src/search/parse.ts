/**
 * The filter language: MLflow's, with OR, NOT and parentheses.
 *
 *     filter  := or              or   := and ("OR" and)*
 *     and     := not ("AND" not)*       not  := "NOT" not | "(" or ")" | clause
 *     clause  := field op value  |  field ["NOT"] "IN" "(" value ("," value)* ")"  |  field "IS" ["NOT"] "NULL"
 *     op      := "=" "!=" "<" "<=" ">" ">="  |  ["NOT"] ("LIKE" | "ILIKE" | "RLIKE")
 */
import { toTraceId } from "../model/ids.js";
import {
  factsOf,
  nearestField,
  operatorsOf,
  resolveField,
  type FieldFacts,
  type FieldType,
} from "./fields.js";
import { compileRegex } from "./regex.js";
import { filterSyntaxError, quoteSource } from "./syntax-error.js";
import { tokenize, type Token } from "./tokens.js";
import type { FieldName, FilterClause, FilterField, FilterOp, FilterTree, FilterValue } from "./tree.js";

/** Limits that no filter may exceed, so that none can hold up a store. */
export const filterLimits = {
  characters: 100_000,
  depth: 100,
  clauses: 500,
  patternCharacters: 10_000,
} as const;

/**
 * The tree of a filter; an empty text finds all traces. Throws FilterSyntaxError for a syntax error, an unknown field (naming
 * the nearest), a value of the wrong type, a bad regular expression, and beyond {@link filterLimits}.
 */
export function parseFilter(text: string): FilterTree {
  const { characters, depth: maxDepth, clauses, patternCharacters } = filterLimits;
  if (text.length > characters) {
    throw filterSyntaxError(characters, [`at most ${characters} characters`], String(text.length));
  }
  const tokens = tokenize(text);
  const end: Token = { kind: "end", start: text.length, source: "" };
  let index = 0;
  let clauseCount = 0;

  const next = () => tokens[index] ?? end;
  const isNext = (word: string) => next().source.toUpperCase() === word;
  const fail = (expected: readonly string[], token = next()) =>
    filterSyntaxError(token.start, expected, token.kind === "end" ? "the end" : quoteSource(token.source));

  function take(word: string): boolean {
    if (!isNext(word)) return false;
    index++;
    return true;
  }

  function parseOr(depth: number): FilterTree {
    return parseChain("or", depth, () => parseChain("and", depth, parseNot));
  }

  function parseChain(
    kind: "and" | "or",
    depth: number,
    parseOperand: (depth: number) => FilterTree,
  ): FilterTree {
    const first = parseOperand(depth);
    const operands = [first];
    while (take(kind.toUpperCase())) operands.push(parseOperand(depth));
    return operands.length === 1 ? first : { kind, operands };
  }

  function parseNot(depth: number): FilterTree {
    const token = next();
    if (depth > maxDepth) throw fail([`at most ${maxDepth} levels of NOT and parentheses`], token);
    if (take("NOT")) return { kind: "not", operand: parseNot(depth + 1) };
    if (!take("(")) return parseClause();
    const inner = parseOr(depth + 1);
    if (!take(")")) throw fail(["AND", "OR", ")"]);
    return inner;
  }

  function parseClause(): FilterClause {
    if (++clauseCount > clauses) throw fail([`at most ${clauses} clauses`]);
    const field = parseField();
    const facts = factsOf(field);
    const op = parseOperator(facts);
    if (op === "IS NULL" || op === "IS NOT NULL") return { kind: "nullCheck", field, op };
    if (op === "IN" || op === "NOT IN") {
      return { kind: "membership", field, op, values: parseList(field) };
    }
    const isPattern = op.endsWith("LIKE");
    const value = parseValue(field, isPattern ? "text" : facts.type);
    if (isPattern) checkPattern(op, String(value));
    return { kind: "comparison", field, op, value };
  }

  function parseField(): FilterField {
    const token = next();
    if (token.kind !== "name" || isKeyword(token)) throw fail(["a field", "NOT", "("]);
    const field = resolveField(token.parts);
    if (!field) throw fail([`a field such as ${nearestField(token.source)}`]);
    index++;
    return field;
  }

  function parseOperator(facts: FieldFacts): FilterOp {
    const operators = operatorsOf(facts);
    for (let taken = ""; ;) {
      const op = taken + next().source.toUpperCase();
      const known = operators.find((candidate) => candidate === op);
      if (!known && !operators.some((candidate) => candidate.startsWith(`${op} `))) {
        const possible = operators.filter((candidate) => candidate.startsWith(taken));
        throw fail(possible.map((candidate) => candidate.slice(taken.length)));
      }
      index++;
      if (known) return known;
      taken = `${op} `;
    }
  }

  function parseList(field: FilterField): FilterValue[] {
    if (!take("(")) throw fail(["("]);
    const values: FilterValue[] = [];
    do values.push(parseValue(field, factsOf(field).type));
    while (take(","));
    if (!take(")")) throw fail([",", ")"]);
    return values;
  }

  function parseValue({ name }: FilterField, type: FieldType): FilterValue {
    const token = next();
    const value = valueOf(token, type);
    if (value === undefined) throw fail(expectedValues(name, type));
    index++;
    return name === "trace.request_id" ? toTraceId(String(value)) : value;
  }

  function checkPattern(op: FilterOp, pattern: string): void {
    const token = tokens[index - 1] ?? end;
    if (pattern.length > patternCharacters) {
      throw fail([`a pattern of at most ${patternCharacters} characters`], token);
    }
    if (!op.endsWith("RLIKE")) return;
    try {
      compileRegex(pattern);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw filterSyntaxError(
        token.start,
        ["a regular expression"],
        `${quoteSource(token.source)}: ${reason}`,
      );
    }
  }

  if (next().kind === "end") return { kind: "and", operands: [] };
  const tree = parseOr(1);
  if (next().kind !== "end") throw fail(["AND", "OR", "the end"]);
  return tree;
}

const keywords = ["AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE", "RLIKE"];

function isKeyword({ source }: Token): boolean {
  return keywords.includes(source.toUpperCase());
}

function valueOf(token: Token, type: FieldType): FilterValue | undefined {
  // TRUE and FALSE, for boolean feedback and attributes, are texts like any other.
  const word = token.source.toLowerCase();
  if (type === "any" && (word === "true" || word === "false")) return word;
  if (token.kind === "number") return type === "number" || type === "any" ? token.value : undefined;
  if (token.kind !== "text" || type === "number") return undefined;
  return typeof type === "string" || type.includes(token.value) ? token.value : undefined;
}

function expectedValues(name: FieldName, type: FieldType): readonly string[] {
  if (typeof type !== "string") return type.map((value) => `'${value}'`);
  if (type === "number") return [`a number for ${name}`];
  return [...(type === "any" ? ["a number"] : []), `a string in quotes for ${name}`];
}
