/**
 * The index of the payloads, in rows that are only added to: a trace has one set for the payloads of each time that it was
 * written to for a while. What a rewritten span no longer has stays in it, which costs a look and finds nothing wrong.
 */
import { createGramSet, type GramSet } from "@spanbook/core/search";
import { toNumber, type Sql } from "./sql.js";

/** The sets of a trace have its row's id times this and what follows: they lie side by side. */
const maxSets = 2 ** 20;

/** The condition that a row `g` of payload_grams belongs to the trace of that row id. */
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

/** Makes the sets of all traces anew. */
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
