import { factsOf, isFieldName, operatorsOf } from "./fields.js";
import type { FilterClause, FilterField, FilterTree, FilterValue } from "./tree.js";

const maxDepth = 200;

/**
 * The text of a filter, which parses to the same tree. Throws TypeError for what is not a tree: check a tree from elsewhere by
 * formatting and parsing it.
 */
export function formatFilter(tree: FilterTree): string {
  return isEmpty(tree) ? "" : format(tree, 0);
}

/** A field as it is written, with its key in backticks if it needs them. */
export function formatField(field: FilterField): string {
  if (!isFieldName(field?.name)) throw notATree("a known field");
  const { hasKey } = factsOf(field);
  if (hasKey !== (typeof field.key === "string")) {
    throw notATree(`${hasKey ? "a" : "no"} key after ${field.name}`);
  }
  if (field.key === undefined) return field.name;
  const key = /^[\p{L}\p{N}_-]+$/u.test(field.key) ? field.key : `\`${field.key.replaceAll("`", "``")}\``;
  return `${field.name}.${key}`;
}

function format(tree: FilterTree, depth: number): string {
  if (depth > maxDepth) throw notATree(`at most ${maxDepth} levels`);
  switch (tree?.kind) {
    case "and":
    case "or":
      if (!Array.isArray(tree.operands) || tree.operands.length < 2) throw notATree("two operands or more");
      return tree.operands
        .map((operand: FilterTree) => formatOperand(operand, depth))
        .join(tree.kind === "and" ? " AND " : " OR ");
    case "not":
      return `NOT ${formatOperand(tree.operand, depth)}`;
    case "comparison":
    case "membership":
    case "nullCheck":
      return formatClause(tree);
    default:
      throw notATree("a known kind");
  }
}

/** Groups get parentheses, so that nested ones of the same kind stay nested. */
function formatOperand(tree: FilterTree, depth: number): string {
  const text = format(tree, depth + 1);
  return tree.kind === "and" || tree.kind === "or" ? `(${text})` : text;
}

function formatClause(clause: FilterClause): string {
  const field = formatField(clause.field);
  if (!operatorsOf(factsOf(clause.field)).includes(clause.op)) throw notATree(`an operator of ${field}`);
  switch (clause.kind) {
    case "comparison":
      return `${field} ${clause.op} ${formatValue(clause.value)}`;
    case "membership":
      if (!Array.isArray(clause.values)) throw notATree("a list of values");
      return `${field} ${clause.op} (${clause.values.map(formatValue).join(", ")})`;
    case "nullCheck":
      return `${field} ${clause.op}`;
  }
}

function formatValue(value: FilterValue): string {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  throw notATree("a string or a finite number as value");
}

function isEmpty(tree: FilterTree): boolean {
  return tree?.kind === "and" && Array.isArray(tree.operands) && tree.operands.length === 0;
}

function notATree(expected: string): TypeError {
  return new TypeError(`a filter's tree must have ${expected}`);
}
