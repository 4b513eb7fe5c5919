import type { SqlValue } from "sql.js";

/** An SQL expression that yields 0 or 1, with the values for its question marks. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export const always: Condition = { sql: "1", parameters: [] };

export function not({ sql, parameters }: Condition): Condition {
  return { sql: `NOT (${sql})`, parameters };
}

/** Joined as a balanced tree: SQLite allows expressions to be nested 1,000 deep, and a chain is as deep as it is long. */
export function joined(conditions: readonly Condition[], by: "and" | "or"): Condition {
  const [first = always, second] = conditions;
  if (!second) return first;
  const middle = Math.ceil(conditions.length / 2);
  const [left, right] = [joined(conditions.slice(0, middle), by), joined(conditions.slice(middle), by)];
  return {
    sql: `(${left.sql} ${by.toUpperCase()} ${right.sql})`,
    parameters: [...left.parameters, ...right.parameters],
  };
}
