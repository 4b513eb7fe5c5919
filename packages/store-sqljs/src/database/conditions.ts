import type { SqlValue } from "sql.js";

/** Conditions that all must hold, with their parameters. */
export class Conditions {
  constructor(
    public sql: string,
    readonly parameters: SqlValue[] = [],
  ) {}

  copy(): Conditions {
    return new Conditions(this.sql, [...this.parameters]);
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
