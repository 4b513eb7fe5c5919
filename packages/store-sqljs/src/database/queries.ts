/** The reading half of the contract, as SQL with bound parameters. Long answers are read in pieces, with pauses in between. */
import type { Span, Trace, TraceData } from "@spanbook/core/model";
import { toFilterTree } from "@spanbook/core/search";
import {
  checkGetOptions,
  checkIds,
  planSearch,
  toOrderKey,
  toPageToken,
  type Changes,
  type DeleteSelector,
  type GetOptions,
  type StatsQuery,
  type TracePage,
  type TraceQuery,
  type TraceStats,
} from "@spanbook/core/store";
import { Where } from "./where.js";
import { behind, toOrderColumns } from "./order-sql.js";
import { fromJsonObject, toNumber, toText, type Sql } from "./sql.js";
import { createTraceDataReader } from "./trace-data.js";
import type { TraceEntries } from "./trace-entries.js";
import { createTraceFinder } from "./trace-finder.js";
import { createStatsReader } from "./trace-stats.js";

/** Each generator may pause between its steps, but the database must not be written meanwhile. */
export interface Queries {
  search(query: TraceQuery): Generator<void, TracePage>;
  get(traceId: string, options: GetOptions): Generator<void, Trace | undefined>;
  getSpan(traceId: string, spanId: string): Span | undefined;
  stats(query: StatsQuery): Generator<void, TraceStats>;
  changes(since: number, limit: number): Changes;
  /** The traces that a checked selector selects, in the order in which to delete them. */
  select(selector: DeleteSelector): string[];
}

const noData: TraceData = { spans: [], digests: [], resources: {}, scopes: {} };

export function createQueries(sql: Sql, entries: TraceEntries): Queries {
  const finder = createTraceFinder(sql, entries);
  const dataReader = createTraceDataReader(sql);
  const statsReader = createStatsReader(sql, entries, finder);

  function* search(query: TraceQuery): Generator<void, TracePage> {
    const { terms, maxResults, after } = planSearch(query);
    const filter = toFilterTree(query.filter);
    entries.trim();
    entries.writeRows();
    const where = new Where("t.span_count > 0");
    where.addExperiments(query.experimentIds);
    const columns = toOrderColumns(terms);
    if (after) where.add(...behind(columns, after));
    if (filter) {
      const [first, second] = terms;
      const isByStart = first?.field === "timestamp_ms" && !second;
      where.addRows(
        isByStart
          ? yield* finder.findFirstRows(where, filter, first.descending, maxResults + 1)
          : yield* finder.findRows(where, filter),
      );
    }
    const order = columns
      .map(({ column, descending }) => `${column} ${descending ? "DESC" : "ASC"}`)
      .join(", ");
    const found = sql.rows(
      `SELECT t.trace_id FROM trace_rows t WHERE ${where.sql} ORDER BY ${order} LIMIT ?`,
      [...where.parameters, maxResults + 1],
    );
    yield;
    const traces: Trace[] = [];
    for (const [traceId] of found.slice(0, maxResults)) {
      const entry = entries.find(toText(traceId));
      const info = entry && entries.infoOf(entry);
      if (!info) continue;
      traces.push({ info, data: query.includeSpans ? yield* dataReader.read(entry, {}) : noData });
      yield;
    }
    const last = traces.at(-1);
    if (!last || found.length <= maxResults) return { traces };
    return { traces, nextPageToken: toPageToken(toOrderKey(last.info, terms), query) };
  }

  return {
    search,

    *get(traceId, options) {
      checkIds({ traceId });
      checkGetOptions(options);
      entries.trim();
      const entry = entries.find(traceId);
      const info = entry && entries.infoOf(entry);
      return info && { info, data: yield* dataReader.read(entry, options) };
    },

    getSpan(traceId, spanId) {
      checkIds({ traceId, spanId });
      entries.trim();
      const entry = entries.find(traceId);
      const row =
        entry &&
        sql.row("SELECT payload FROM span_rows WHERE trace_row = ? AND span_id = ?", [entry.id, spanId]);
      return row && fromJsonObject<Span>(row[0]);
    },

    stats: (query) => statsReader.compute(query),

    changes(since, limit) {
      entries.writeRows();
      const rows = sql.rows(
        `SELECT trace_id, revision, 0 FROM trace_rows WHERE span_count > 0 AND revision > ?1
         UNION ALL
         SELECT trace_id, revision, 1 FROM tombstones WHERE revision > ?1
           AND NOT EXISTS (SELECT 1 FROM trace_rows t WHERE t.trace_id = tombstones.trace_id AND t.span_count > 0)
         ORDER BY 2 LIMIT ?2`,
        [since, limit + 1],
      );
      const changes = rows.slice(0, limit).map(([traceId, revision, deleted]) => ({
        traceId: toText(traceId),
        revision: toNumber(revision),
        deleted: deleted === 1,
      }));
      return { changes, revision: changes.at(-1)?.revision ?? since, hasMore: rows.length > limit };
    },

    select({ traceIds, experimentId, beforeMs, maxTraces, keepBytes }) {
      entries.writeRows();
      const where = new Where("t.span_count > 0");
      if (experimentId !== undefined) where.addExperiments([experimentId]);
      if (beforeMs !== undefined) where.add("t.request_time_ms < ?", beforeMs);
      if (keepBytes !== undefined) where.add(`t.id IN (${beyondBytes})`, keepBytes);
      if (traceIds) {
        where.add("t.trace_id IN (SELECT value FROM json_each(?))", JSON.stringify(traceIds));
      }
      return sql
        .rows(
          `SELECT t.trace_id FROM trace_rows t WHERE ${where.sql} ORDER BY t.start_time, t.trace_id LIMIT ?`,
          [...where.parameters, maxTraces ?? -1],
        )
        .map(([traceId]) => toText(traceId));
    },
  };
}

/** The rows beyond the newest ones that together take that many bytes. SQLite knows a text's size without reading it. */
const beyondBytes = `
  SELECT id FROM (
    SELECT r.id, sum(s.bytes) OVER (ORDER BY r.start_time DESC, r.trace_id) AS total
    FROM trace_rows r
    JOIN (SELECT trace_row, sum(octet_length(payload)) AS bytes FROM span_rows GROUP BY trace_row) s
    ON s.trace_row = r.id
  ) WHERE total > ?
`;
