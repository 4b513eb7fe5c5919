/**
 * The index of payloads, in rows that are only ever added: once a trace has been written to for a while, its new payloads get a
 * set of their own. Trigrams that a rewritten span no longer has stay: that costs a look, but finds nothing wrong.
 */
import { createGramSet, type GramSet } from "@spanbook/core/search";
import { toNumber, type Sql } from "./sql.js";

/** A trace's sets have ids from its row's id times this number on, so that they lie side by side. */
const maxSets = 2 ** 20;

/** The condition that a row `g` of payload_grams belongs to the trace with that row id. */
export function isGramSetOf(traceRow: string): string {
  return `g.id >= ${traceRow} * ${maxSets} AND g.id < (${traceRow} + 1) * ${maxSets}`;
}

/** Adds a set to those of a trace. */
export function insertGramSet(sql: Sql, traceRow: number, grams: GramSet): void {
  sql.run(
    `INSERT INTO payload_grams VALUES (
       ifnull((SELECT g.id + 1 FROM payload_grams g WHERE ${isGramSetOf("?1")} ORDER BY g.id DESC LIMIT 1), ?1 * ${maxSets}),
       ?2
     )`,
    [traceRow, grams.toBytes()],
  );
}

export function deleteGramSets(sql: Sql, traceRow: number): void {
  sql.run(`DELETE FROM payload_grams AS g WHERE ${isGramSetOf("?1")}`, [traceRow]);
}

/** Builds the sets of all traces from scratch. */
export function fillGramSets(sql: Sql): void {
  for (const [id] of sql.rows("SELECT id FROM trace_rows")) {
    const grams = createGramSet();
    const payloads = sql.rows("SELECT CAST(payload AS BLOB) FROM span_rows WHERE trace_row = ?", [
      toNumber(id),
    ]);
    for (const [payload] of payloads) if (payload instanceof Uint8Array) grams.add(payload);
    insertGramSet(sql, toNumber(id), grams);
  }
}
