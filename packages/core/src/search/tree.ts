/**
 * A filter as plain data, which crosses a worker and which stores compile. `parseFilter` makes it from text, `formatFilter`
 * turns it back.
 */
export type FilterTree = FilterGroup | FilterNot | FilterClause;

/** Two operands or more; an empty filter, which finds all traces, is an "and" of none. */
export interface FilterGroup {
  readonly kind: "and" | "or";
  readonly operands: readonly FilterTree[];
}

/** Matches exactly the traces that its operand does not match. */
export interface FilterNot {
  readonly kind: "not";
  readonly operand: FilterTree;
}

export type FilterClause = Comparison | Membership | NullCheck;

export interface Comparison {
  readonly kind: "comparison";
  readonly field: FilterField;
  readonly op: ComparisonOp;
  readonly value: FilterValue;
}

export interface Membership {
  readonly kind: "membership";
  readonly field: FilterField;
  readonly op: "IN" | "NOT IN";
  readonly values: readonly FilterValue[];
}

export interface NullCheck {
  readonly kind: "nullCheck";
  readonly field: FilterField;
  readonly op: "IS NULL" | "IS NOT NULL";
}

export type ComparisonOp = OrderOp | PatternOp;

export type OrderOp = "=" | "!=" | "<" | "<=" | ">" | ">=";

export type PatternOp = "LIKE" | "NOT LIKE" | "ILIKE" | "NOT ILIKE" | "RLIKE" | "NOT RLIKE";

export type FilterOp = FilterClause["op"];

export type FilterValue = string | number;

/** A field by its canonical name, whatever synonym the text used; `key` for those that end in a key of the user's. */
export interface FilterField {
  readonly name: FieldName;
  readonly key?: string;
}

export type FieldName =
  | "trace.request_id"
  | "trace.name"
  | "trace.status"
  | "trace.timestamp_ms"
  | "trace.end_time_ms"
  | "trace.execution_time_ms"
  | "trace.client_request_id"
  | "trace.run_id"
  | "trace.session_id"
  | "trace.user_id"
  | "trace.experiment"
  | "trace.span_count"
  | "trace.total_tokens"
  | "trace.total_cost"
  | "trace.text"
  | "tag"
  | "metadata"
  | "feedback"
  | "expectation"
  | "span.name"
  | "span.type"
  | "span.status"
  | "span.duration_ms"
  | "span.model"
  | "span.content"
  | "span.attributes";
