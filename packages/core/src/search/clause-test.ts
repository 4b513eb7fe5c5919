import { compareText } from "../model/text-order.js";
import { toNumber } from "./content.js";
import { compileLike } from "./like.js";
import { compileRegex } from "./regex.js";
import type { FilterClause, FilterOp, FilterValue, OrderOp } from "./tree.js";

const positiveOps: Partial<Record<FilterOp, FilterOp>> = {
  "!=": "=",
  "NOT IN": "IN",
  "NOT LIKE": "LIKE",
  "NOT ILIKE": "ILIKE",
  "NOT RLIKE": "RLIKE",
};

/** The positive form of a negated operator, its opposite if there is a value; any other operator itself. */
export function positiveOpOf(op: FilterOp): FilterOp {
  return positiveOps[op] ?? op;
}

/**
 * How a clause tests one existing value, by its positive operator: the caller negates, see {@link positiveOpOf}. For a
 * null check every value passes.
 */
export function compileClauseTest(clause: FilterClause): (value: FilterValue) => boolean {
  if (clause.kind === "nullCheck") return () => true;
  // It is not known whether an attribute was written as a text or as a number.
  const isEither = clause.field.name === "span.attributes";
  const numberOf = (value: FilterValue) => (isEither || typeof value === "number" ? toNumber(value) : NaN);
  if (clause.kind === "membership") {
    const wanted = new Set(clause.values);
    return (value) => wanted.has(String(value)) || wanted.has(numberOf(value));
  }
  const { value: wanted } = clause;
  const op = positiveOpOf(clause.op);
  if (typeof wanted === "number") {
    return (value) => holds(op as OrderOp, numberOf(value) - wanted);
  }
  switch (op) {
    case "LIKE":
    case "ILIKE": {
      const isLike = compileLike(wanted, op === "ILIKE");
      return (value) => isLike(String(value));
    }
    case "RLIKE": {
      const regex = compileRegex(wanted);
      return (value) => regex.search(String(value)).found;
    }
    case "=":
      return (value) => String(value) === wanted;
    default:
      return (value) => holds(op as OrderOp, compareText(String(value), wanted));
  }
}

function holds(op: OrderOp, order: number): boolean {
  switch (op) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return order === 0;
  }
}
