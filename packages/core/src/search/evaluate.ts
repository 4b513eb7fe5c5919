/** Filters over summaries and spans: what the stores that do not compile to SQL use, and the oracle for those that do. */
import { compareText } from "../model/text-order.js";
import { contentOf } from "./content.js";
import { readerOf } from "./field-values.js";
import { compileLike } from "./like.js";
import { compileRegex, searchRegex } from "./regex.js";
import { filterNeeds, scopeFilter, type ScopedFilter } from "./scope.js";
import type { FilterSpan, FilterSubject } from "./subject.js";
import type { ComparisonOp, FilterClause, FilterTree, FilterValue } from "./tree.js";

/** Whether a trace is found, or undefined where that depends on what has not been read yet. */
export type FilterMatcher = (subject: FilterSubject) => boolean | undefined;

/**
 * Makes a matcher of a filter, which `parseFilter` has checked. {@link scopeFilter} says which clauses speak of one span.
 *
 * - A value that is missing makes every clause false, `!=` and `NOT IN` too, as in SQL and MLflow; except `IS NULL`. NOT
 *   knows only true and false: `NOT tag.a = 'x'` finds traces without the tag.
 * - A negated operator is the opposite of the plain one where there is a value. Where there are several (feedback of one
 *   name, the texts of `trace.text` and `span.content`), the plain one wants any of them, so the negated one none.
 * - Texts are compared by code point, numbers as numbers. Where the field can be both, the value decides: a number is
 *   compared with numbers only, a text with the text of anything, so `feedback.ok = 'true'` finds the boolean.
 */
export function compileFilter(tree: FilterTree): FilterMatcher {
  const matches = compile(scopeFilter(tree));
  return (subject) => matches(subject, undefined);
}

type Verdict = boolean | undefined;
type Test<Item> = (item: Item) => Verdict;
type Matcher = (subject: FilterSubject, span: FilterSpan | undefined) => Verdict;

function compile(filter: ScopedFilter): Matcher {
  switch (filter.kind) {
    case "and":
    case "or": {
      const matchers = inOrderOfNeeds(filter.operands).map(compile);
      return filter.kind === "or"
        ? (subject, span) => some(matchers, (matches) => matches(subject, span))
        : (subject, span) => not(some(matchers, (matches) => not(matches(subject, span))));
    }
    case "not": {
      const matches = compile(filter.operand);
      return (subject, span) => not(matches(subject, span));
    }
    case "someSpan": {
      const matches = compile(filter.operand);
      return (subject) => some(subject.spans, (span) => matches(subject, span));
    }
    default:
      return compileClause(filter);
  }
}

/** The cheap ones decide first, where they can. */
function inOrderOfNeeds(operands: readonly ScopedFilter[]): ScopedFilter[] {
  const cost = { info: 0, digests: 1, spans: 2 };
  return [...operands].sort((a, b) => cost[filterNeeds(a)] - cost[filterNeeds(b)]);
}

const positiveOps: Readonly<Record<string, string>> = {
  "!=": "=",
  "NOT IN": "IN",
  "NOT LIKE": "LIKE",
  "NOT ILIKE": "ILIKE",
  "NOT RLIKE": "RLIKE",
};

function compileClause(clause: FilterClause): Matcher {
  const { name } = clause.field;
  const isNegated = Object.hasOwn(positiveOps, clause.op);
  if (name === "trace.text" || name === "span.content") {
    const test = compileTest(clause);
    const inSpan: Test<FilterSpan> = ({ span }) => span && some(contentOf(span), test);
    return (subject, span) => {
      const found = name === "trace.text" ? some(subject.spans, inSpan) : span && inSpan(span);
      return isNegated ? not(found) : found;
    };
  }
  const read = readerOf(clause.field);
  if (clause.kind === "nullCheck") {
    return (subject, span) => {
      const values = read(subject, span);
      return values && (values.length === 0) === (clause.op === "IS NULL");
    };
  }
  const test = compileTest(clause);
  return (subject, span) => {
    const values = read(subject, span);
    if (!values) return undefined;
    return values.length > 0 && values.some(test) !== isNegated;
  };
}

function compileTest(clause: FilterClause): (value: FilterValue) => boolean {
  if (clause.kind === "nullCheck") return () => true;
  if (clause.kind === "membership") {
    const wanted = new Set(clause.values);
    return (value) => wanted.has(value) || wanted.has(String(value));
  }
  const { value: wanted } = clause;
  const op = (positiveOps[clause.op] ?? clause.op) as ComparisonOp;
  if (typeof wanted === "number") return (value) => typeof value === "number" && holds(op, value - wanted);
  switch (op) {
    case "LIKE":
    case "ILIKE": {
      const isLike = compileLike(wanted, op === "ILIKE");
      return (value) => isLike(String(value));
    }
    case "RLIKE": {
      const regex = compileRegex(wanted);
      return (value) => searchRegex(regex, String(value)).found;
    }
    case "=":
      return (value) => String(value) === wanted;
    default:
      return (value) => holds(op, compareText(String(value), wanted));
  }
}

function holds(op: ComparisonOp, order: number): boolean {
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

function not(verdict: Verdict): Verdict {
  return verdict === undefined ? undefined : !verdict;
}

/** True at the first that is true; undefined if some are not known, or if the items themselves are not. */
function some<Item>(items: Iterable<Item> | undefined, test: Test<Item>): Verdict {
  if (!items) return undefined;
  let verdict: Verdict = false;
  for (const item of items) {
    const found = test(item);
    if (found) return true;
    if (found === undefined) verdict = undefined;
  }
  return verdict;
}
