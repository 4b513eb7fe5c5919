/** Filters over summaries and spans: what the stores that do not compile to SQL use, and the oracle for those that do. */
import { millisecondsBetween } from "../model/time.js";
import type { Span } from "../model/span.js";
import type { SpanDigest, TraceInfo } from "../model/trace.js";
import { compareText } from "../model/text-order.js";
import { attributeOf, contentOf, toScalar } from "./content.js";
import { filterNeeds, scopeFilter, type ScopedFilter } from "./scope.js";
import { compileLike } from "./like.js";
import { compileRegex, searchRegex } from "./regex.js";
import type { ComparisonOp, FilterClause, FilterField, FilterTree } from "./tree.js";

/**
 * A trace as far as it has been read. What is undefined has not been, and a getter reads it when it is asked for: a filter
 * asks for no more than it needs.
 */
export interface FilterSubject {
  readonly info: TraceInfo;
  readonly assessments?: readonly FilterAssessment[] | undefined;
  readonly spans?: readonly FilterSpan[] | undefined;
}

export interface FilterSpan {
  readonly digest: SpanDigest;
  readonly span?: Span | undefined;
}

/** What a filter asks of an assessment; one that was overridden is left out by the caller. */
export interface FilterAssessment {
  readonly kind: "feedback" | "expectation";
  readonly name: string;
  readonly value: unknown;
}

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
  const isCostly = { info: 0, digests: 1, spans: 2 };
  return [...operands].sort((a, b) => isCostly[filterNeeds(a)] - isCostly[filterNeeds(b)]);
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

type Scalar = string | number;

function compileTest(clause: FilterClause): (value: Scalar) => boolean {
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

/** The values of a field, none where it is missing, undefined where they have not been read. */
type Reader = (subject: FilterSubject, span: FilterSpan | undefined) => readonly Scalar[] | undefined;

function readerOf({ name, key = "" }: FilterField): Reader {
  switch (name) {
    case "tag":
      return ({ info }) => ownValue(info.tags, key);
    case "metadata":
      return ({ info }) => ownValue(info.traceMetadata, key);
    case "feedback":
    case "expectation":
      return ({ assessments = [] }) =>
        assessments.flatMap((found) =>
          found.kind === name && found.name === key ? list(toScalar(found.value)) : [],
        );
    case "span.attributes":
      return (_, span) => span?.span && list(attributeOf(span.span.attributes, key));
    case "span.name":
    case "span.type":
    case "span.status":
    case "span.model":
    case "span.duration_ms": {
      const read = spanReaders[name];
      return (_, span) => span && list(read(span.digest));
    }
    case "trace.text":
    case "span.content":
      return () => undefined;
    default: {
      const read = traceReaders[name];
      return ({ info }) => list(read(info));
    }
  }
}

const spanReaders = {
  "span.name": (digest: SpanDigest) => digest.name,
  "span.type": (digest: SpanDigest) => digest.type,
  "span.status": (digest: SpanDigest) => digest.status,
  "span.model": (digest: SpanDigest) => digest.model,
  "span.duration_ms": ({ startTimeUnixNano, endTimeUnixNano }: SpanDigest) =>
    endTimeUnixNano === undefined ? undefined : millisecondsBetween(startTimeUnixNano, endTimeUnixNano),
} as const;

const traceReaders = {
  "trace.request_id": (info: TraceInfo) => info.traceId,
  "trace.name": (info: TraceInfo) => info.name,
  "trace.status": (info: TraceInfo) => info.state,
  "trace.timestamp_ms": (info: TraceInfo) => info.requestTime,
  "trace.end_time_ms": ({ requestTime, executionDuration }: TraceInfo) =>
    executionDuration === undefined ? undefined : requestTime + executionDuration,
  "trace.execution_time_ms": (info: TraceInfo) => info.executionDuration,
  "trace.client_request_id": (info: TraceInfo) => info.clientRequestId,
  "trace.run_id": (info: TraceInfo) => info.runId,
  "trace.session_id": (info: TraceInfo) => info.sessionId,
  "trace.user_id": (info: TraceInfo) => info.userId,
  "trace.experiment": (info: TraceInfo) => info.experimentId,
  "trace.span_count": (info: TraceInfo) => info.spanCount,
  "trace.total_tokens": (info: TraceInfo) => info.tokenUsage?.totalTokens,
  "trace.total_cost": (info: TraceInfo) => info.cost?.totalCost,
} as const;

function ownValue(values: Readonly<Record<string, string>>, key: string): readonly Scalar[] {
  return Object.hasOwn(values, key) ? list(values[key]) : [];
}

function list(value: Scalar | undefined): readonly Scalar[] {
  return value === undefined ? [] : [value];
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
