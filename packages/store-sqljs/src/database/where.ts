import type { SqlValue } from "sql.js";

/** The WHERE of a statement over `trace_rows t`: conditions that must all hold, with their parameters. */
export class Where {
  constructor(
    public sql: string,
    readonly parameters: SqlValue[] = [],
  ) {}

  copy(): Where {
    return new Where(this.sql, [...this.parameters]);
  }

  add(condition: string, ...parameters: SqlValue[]): void {
    this.sql += ` AND ${condition}`;
    this.parameters.push(...parameters);
  }

  addRows(ids: readonly number[]): void {
    this.add("t.id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
  }

  addExperiments(experimentIds: readonly string[] | undefined): void {
    if (!experimentIds) return;
    this.add(
      "ifnull(t.experiment_id, '') IN (SELECT value FROM json_each(?))",
      JSON.stringify(experimentIds),
    );
  }
}
