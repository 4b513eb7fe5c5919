/**
 * Filters as SQL conditions over `trace_rows t`. No clause is ever NULL, as the language knows only true and false. Where SQLite
 * would differ from the language (patterns, which ignore case in all of Unicode) or cannot look (into a span's payload), it calls
 * back: `passes(n, value)` is the filter's n-th test.
 */
import type { Span } from "@spanbook/core/model";
import {
  assessmentValues,
  attributeOf,
  compileClauseTest,
  contentOf,
  hasGrams,
  inOrderOfNeeds,
  positiveOpOf,
  requiredGrams,
  scopeFilter,
  type FilterAssessment,
  type FilterClause,
  type FieldName,
  type FilterTree,
  type FilterValue,
  type ScopedFilter,
} from "@spanbook/core/search";
import type { SqlValue } from "sql.js";
import { always, joined, not, type Condition } from "./condition.js";
import { keyInPayload, wordInPayload } from "./payload-words.js";
import { isGramSetOf } from "./gram-sets.js";
import { fromJsonList, fromJsonObject, type SqlFunction } from "./sql.js";

export interface CompiledFilter extends Condition {
  /** What `passes` must be while the condition is used. */
  readonly passes: SqlFunction;
}

type Test = (value: SqlValue) => boolean;

export function compileFilterToSql(tree: FilterTree): CompiledFilter {
  const tests: Test[] = [];

  function compile(filter: ScopedFilter): Condition {
    switch (filter.kind) {
      case "and":
      case "or":
        return joined(inOrderOfNeeds(filter.operands).map(compile), filter.kind);
      case "not":
        return not(compile(filter.operand));
      case "someSpan":
        return someSpan(compile(filter.operand));
      default:
        return compileClause(filter);
    }
  }

  function compileClause(clause: FilterClause): Condition {
    const { name, key = "" } = clause.field;
    switch (name) {
      case "tag":
      case "metadata":
        return ofPatchedValue(`${name}.${key}`, clause);
      case "trace.client_request_id":
        return ofPatchedValue("field.clientRequestId", clause);
      case "feedback":
      case "expectation":
        return ofAssessments(name, key, clause);
      case "trace.text":
        return negatedLike(clause, someSpan(ofContent(clause)));
      case "span.content":
        return negatedLike(clause, ofContent(clause));
      case "span.attributes":
        return ofAttribute(key, clause);
      default:
        return ofColumn(columnOf[name], clause);
    }
  }

  function ofPatchedValue(target: string, clause: FilterClause): Condition {
    const condition = patchedValue(
      target,
      clause.kind === "nullCheck" ? always : ofColumn("v.value", clause),
    );
    return clause.op === "IS NULL" ? not(condition) : condition;
  }

  function ofAssessments(kind: "feedback" | "expectation", name: string, clause: FilterClause): Condition {
    const test = compileClauseTest(clause);
    const isNegated = positiveOpOf(clause.op) !== clause.op;
    const condition = patchedValue(
      "assessments",
      passes("v.value", (json) => {
        const values = assessmentValues(fromJsonList(json) as FilterAssessment[], kind, name);
        return values.length > 0 && values.some(test) !== isNegated;
      }),
    );
    return clause.op === "IS NULL" ? not(condition) : condition;
  }

  function ofColumn(column: string, clause: FilterClause): Condition {
    if (clause.kind === "nullCheck") return { sql: `${column} ${clause.op}`, parameters: [] };
    const { sql, parameters } = negatedLike(clause, comparisonOf(column, clause));
    return { sql: `coalesce(${sql}, 0)`, parameters };
  }

  /** The comparison by the positive operator; NULL if the column is. */
  function comparisonOf(column: string, clause: Exclude<FilterClause, { kind: "nullCheck" }>): Condition {
    const op = positiveOpOf(clause.op);
    if (clause.kind === "membership" && clause.values.every(isExactInJson)) {
      return {
        sql: `${column} IN (SELECT value FROM json_each(?))`,
        parameters: [JSON.stringify(clause.values)],
      };
    }
    if (clause.kind === "comparison" && !op.endsWith("LIKE")) {
      return { sql: `${column} ${op} ?`, parameters: [clause.value] };
    }
    const test = compileClauseTest(clause);
    return passes(exactText(column), (value) => test(toFilterValue(value)));
  }

  function ofContent(clause: FilterClause): Condition {
    const test = compileClauseTest(clause);
    const inPayload = passes("s.payload", (payload) => {
      for (const text of contentOf(fromJsonObject<Span>(payload))) if (test(text)) return true;
      return false;
    });
    return joined([wordInPayload(clause), inPayload], "and");
  }

  function ofAttribute(key: string, clause: FilterClause): Condition {
    const test = compileClauseTest(clause);
    const isNegated = positiveOpOf(clause.op) !== clause.op;
    const inPayload = passes("s.payload", (payload) => {
      const value = attributeOf(fromJsonObject<Span>(payload).attributes, key);
      return value !== undefined && test(value) !== isNegated;
    });
    const condition = joined([keyInPayload(key), inPayload], "and");
    return clause.op === "IS NULL" ? not(condition) : condition;
  }

  function passes(value: string, test: Test): Condition {
    tests.push(test);
    return { sql: `passes(?, ${value})`, parameters: [tests.length - 1] };
  }

  /** The condition on the index of payloads: true for every trace that matches the filter, and perhaps for others. */
  function mayMatch(filter: ScopedFilter): Condition {
    switch (filter.kind) {
      case "and":
        return joined(filter.operands.map(mayMatch).filter(isTelling), "and");
      case "or": {
        const conditions = filter.operands.map(mayMatch);
        return conditions.every(isTelling) ? joined(conditions, "or") : always;
      }
      case "not":
        return always;
      case "someSpan":
        return mayMatch(filter.operand);
      default: {
        const grams = requiredGrams(filter);
        if (grams.length === 0) return always;
        return inSomeGramSet(passes("g.bits", (bits) => bits instanceof Uint8Array && hasGrams(bits, grams)));
      }
    }
  }

  const scoped = scopeFilter(tree);
  const { sql, parameters } = joined([mayMatch(scoped), compile(scoped)].filter(isTelling), "and");
  return {
    sql,
    parameters,
    passes: (index, value) => (value === null ? null : Number(tests[Number(index)]?.(value) ?? false)),
  };
}

type ColumnName = Exclude<
  FieldName,
  | "tag"
  | "metadata"
  | "feedback"
  | "expectation"
  | "trace.client_request_id"
  | "trace.text"
  | "span.content"
  | "span.attributes"
>;

// These give the same doubles as core: sums and quotients of the same numbers.
const columnOf: Readonly<Record<ColumnName, string>> = {
  "trace.request_id": "t.trace_id",
  "trace.name": "t.name",
  "trace.status": "t.state",
  "trace.timestamp_ms": "t.request_time_ms",
  "trace.end_time_ms": "(t.request_time_ms + t.duration_ms)",
  "trace.execution_time_ms": "t.duration_ms",
  "trace.run_id": "t.run_id",
  "trace.session_id": "t.session_id",
  "trace.user_id": "t.user_id",
  "trace.experiment": "t.experiment_id",
  "trace.span_count": "t.span_count",
  "trace.total_tokens": "t.total_tokens",
  "trace.total_cost": "t.total_cost",
  "span.name": "s.name",
  "span.type": "s.type",
  "span.status": "s.status",
  "span.duration_ms": "(s.duration_ns / 1e6)",
  "span.model": "s.model",
};

function patchedValue(target: string, { sql, parameters }: Condition): Condition {
  return {
    sql: `EXISTS (SELECT 1 FROM trace_values v WHERE v.trace_row = t.id AND v.target = ? AND ${sql})`,
    parameters: [target, ...parameters],
  };
}

function isTelling(condition: Condition): boolean {
  return condition !== always;
}

function inSomeGramSet({ sql, parameters }: Condition): Condition {
  return {
    sql: `EXISTS (SELECT 1 FROM payload_grams g WHERE ${isGramSetOf("t.id")} AND ${sql})`,
    parameters,
  };
}

function someSpan({ sql, parameters }: Condition): Condition {
  return { sql: `EXISTS (SELECT 1 FROM span_rows s WHERE s.trace_row = t.id AND ${sql})`, parameters };
}

function negatedLike(clause: FilterClause, condition: Condition): Condition {
  return positiveOpOf(clause.op) === clause.op ? condition : not(condition);
}

/** Whether SQLite reads exactly this value out of JSON text. */
function isExactInJson(value: FilterValue): boolean {
  return typeof value === "number"
    ? Number.isSafeInteger(value)
    : /^[\x20-\ud7ff\ue000-\uffff]*$/.test(value);
}

/**
 * sql.js passes texts as UTF-8, which drops a byte order mark and cannot hold half of a surrogate pair, though SQLite can. Texts
 * that may have either come as bytes: a half's first byte is ED, the mark is EF BB BF.
 */
function exactText(column: string): string {
  const bytes = `CAST(${column} AS BLOB)`;
  return `CASE WHEN instr(${bytes}, x'ED') OR instr(${bytes}, x'EFBBBF') = 1 THEN ${bytes} ELSE ${column} END`;
}

function toFilterValue(value: SqlValue): FilterValue {
  return value instanceof Uint8Array ? decodeText(value) : (value ?? "");
}

/** Decodes UTF-8 in which halves of surrogate pairs are encoded as if they were characters. */
function decodeText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at++] ?? 0;
    const more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    let code = more === 0 ? lead : lead & (0x3f >> more);
    for (let count = 0; count < more; count++) code = (code << 6) | ((bytes[at++] ?? 0) & 0x3f);
    text += String.fromCodePoint(code);
  }
  return text;
}
