import { missingFigure, type OrderField, type OrderKey, type OrderTerm } from "@spanbook/core/store";
import type { SqlValue } from "sql.js";

/** A column to order by. */
export interface OrderColumn {
  readonly column: string;
  readonly descending: boolean;
}

/** SQL for the keys of core's trace order. */
const columnOf: Record<OrderField, string> = {
  timestamp_ms: "t.start_time",
  end_time_ms: `ifnull(t.request_time_ms + t.duration_ms, ${missingFigure})`,
  execution_time_ms: `ifnull(t.duration_ms, ${missingFigure})`,
  status: "t.state",
  name: "t.name",
  request_id: "t.trace_id",
  run_id: "ifnull(t.run_id, '')",
  experiment: "ifnull(t.experiment_id, '')",
  span_count: "t.span_count",
  total_tokens: `ifnull(t.total_tokens, ${missingFigure})`,
};

/** The ORDER BY columns for these terms, with the trace id last to break ties. */
export function toOrderColumns(terms: readonly OrderTerm[]): OrderColumn[] {
  const columns = terms.map(({ field, descending }) => ({ column: columnOf[field], descending }));
  return [...columns, { column: "t.trace_id", descending: false }];
}

/**
 * The condition that a row comes after a key. Row values would be shorter, but work only if all columns have the same direction.
 * The first column's bound stands alone, so that an index can use it.
 */
export function behind(
  [first, ...others]: readonly OrderColumn[],
  [key, ...keys]: OrderKey,
): [string, ...SqlValue[]] {
  if (!first || key === undefined) return ["0"];
  const comparison = first.descending ? "<" : ">";
  if (others.length === 0) return [`${first.column} ${comparison} ?`, key];
  const [condition, ...parameters] = behind(others, keys);
  return [
    `${first.column} ${comparison}= ? AND (${first.column} ${comparison} ? OR (${condition}))`,
    key,
    key,
    ...parameters,
  ];
}
