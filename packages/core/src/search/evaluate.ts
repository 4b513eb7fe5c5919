/** Evaluates filters on summaries and spans: for stores that do not compile to SQL, and the oracle for those that do. */
import { compileClauseTest, positiveOpOf } from "./clause-test.js";
import { contentOf } from "./content.js";
import { readerOf } from "./field-values.js";
import { inOrderOfNeeds, scopeFilter, type ScopedFilter } from "./scope.js";
import type { FilterSpan, FilterSubject } from "./subject.js";
import type { FilterClause, FilterTree } from "./tree.js";

/** Whether a trace matches, or undefined if that depends on what has not been read yet. */
export type FilterMatcher = (subject: FilterSubject) => boolean | undefined;

/**
 * Makes a matcher from a filter that `parseFilter` has checked. {@link scopeFilter} says which clauses refer to the
 * same span.
 *
 * - A missing value makes every clause false, even `!=` and `NOT IN`, as in SQL and MLflow; except `IS NULL`. NOT knows
 *   only true and false: `NOT tag.a = 'x'` finds traces without the tag.
 * - A negated operator is the opposite of the plain one if there is a value. If there are several (feedback of one
 *   name, the texts of `trace.text` and `span.content`), the plain one wants any to match, so the negated one none.
 * - Texts are compared by code point, numbers as numbers. If the field can be both, the value decides: a number is
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

function compileClause(clause: FilterClause): Matcher {
  const { name } = clause.field;
  const isNegated = positiveOpOf(clause.op) !== clause.op;
  if (name === "trace.text" || name === "span.content") {
    const test = compileClauseTest(clause);
    const inSpan: Test<FilterSpan> = (held) => {
      if (held.mayHave?.(clause) === false) return false;
      const { span } = held;
      return span && some(contentOf(span), test);
    };
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
  const test = compileClauseTest(clause);
  return (subject, span) => {
    const values = read(subject, span);
    if (!values) return undefined;
    return values.length > 0 && values.some(test) !== isNegated;
  };
}

function not(verdict: Verdict): Verdict {
  return verdict === undefined ? undefined : !verdict;
}

/** True if the test of any item is; else undefined if some are not known, or the items themselves are not. */
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
