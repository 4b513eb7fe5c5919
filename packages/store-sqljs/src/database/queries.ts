/** The reading half of the contract, as SQL with bound parameters. Long answers are read in pieces, with a pause between. */
import type { Origins, Resource, Scope, Span, SpanDigest, Trace, TraceData } from "@spanbook/core/model";
import { toFilterTree, type FilterTree } from "@spanbook/core/search";
import {
  checkStatsQuery,
  checkGetOptions,
  maxSpanGroups,
  missingFigure,
  planSearch,
  toOrderKey,
  toPageToken,
  toStartKey,
  toTraceStats,
  type Changes,
  type DeleteSelector,
  type GetOptions,
  type OrderField,
  type OrderKey,
  type OrderTerm,
  type SpanGroup,
  type StatsQuery,
  type TracePage,
  type TraceQuery,
  type TraceStats,
} from "@spanbook/core/store";
import type { SqlValue } from "sql.js";
import { compileFilterToSql } from "./filter-sql.js";
import { digestSelection, toDigest } from "./span-rows.js";
import { fromJson, toMaybeNumber, toNumber, toText, type Row, type Sql, type SqlFunction } from "./sql.js";
import type { TraceEntries, TraceEntry } from "./trace-entries.js";

/** Each generator may be left between its steps, but not while the database is written. */
export interface Queries {
  search(query: TraceQuery): Generator<void, TracePage>;
  get(traceId: string, options: GetOptions): Generator<void, Trace | undefined>;
  getSpan(traceId: string, spanId: string): Span | undefined;
  stats(query: StatsQuery): Generator<void, TraceStats>;
  changes(since: number, limit: number): Changes;
  /** The traces that a checked selector means, in the order in which they are to be deleted. */
  select(selector: DeleteSelector): string[];
}

const spansPerStep = 200;

/** What one statement of a search by filter may take before other tasks get their turn. */
const filterStepMs = 8;

const noData: TraceData = { spans: [], digests: [], resources: {}, scopes: {} };

export function createQueries(sql: Sql, entries: TraceEntries): Queries {
  let passes: SqlFunction = () => null;
  sql.define("passes", (index, value) => passes(index, value));

  function* search(query: TraceQuery): Generator<void, TracePage> {
    const { terms, maxResults, after } = planSearch(query);
    const filter = toFilterTree(query.filter);
    entries.trim();
    entries.writeRows();
    const conditions = new Conditions("t.span_count > 0");
    conditions.addExperiments(query.experimentIds);
    const columns = toOrderColumns(terms);
    if (after) conditions.add(...behind(columns, after));
    if (filter) {
      const [first, second] = terms;
      const isByStart = first?.field === "timestamp_ms" && !second;
      const page = isByStart ? { descending: first.descending, atLeast: maxResults + 1 } : undefined;
      conditions.addRows(yield* findRows(conditions, filter, page));
    }
    const order = columns
      .map(({ column, descending }) => `${column} ${descending ? "DESC" : "ASC"}`)
      .join(", ");
    const found = sql.rows(
      `SELECT t.trace_id FROM trace_rows t WHERE ${conditions.sql} ORDER BY ${order} LIMIT ?`,
      [...conditions.parameters, maxResults + 1],
    );
    yield;
    const traces: Trace[] = [];
    for (const [traceId] of found.slice(0, maxResults)) {
      const entry = entries.find(toText(traceId));
      const info = entry && entries.infoOf(entry);
      if (!info) continue;
      traces.push({ info, data: query.includeSpans ? yield* readData(entry, {}) : noData });
      yield;
    }
    const last = traces.at(-1);
    if (!last || found.length <= maxResults) return { traces };
    return { traces, nextPageToken: toPageToken(toOrderKey(last.info, terms), terms) };
  }

  /**
   * The row ids of the traces that the conditions and the filter find: all of them or, where a page is asked for, the first
   * ones in its order, not less than it takes. Reads the traces by their starts, as many at a time as the time allows.
   */
  function* findRows(
    conditions: Conditions,
    filter: FilterTree,
    { descending, atLeast } = { descending: true, atLeast: Infinity },
  ): Generator<void, number[]> {
    const compiled = compileFilterToSql(filter);
    const [onwards, upTo, order] = descending ? ["<", ">=", "DESC"] : [">", "<=", "ASC"];
    const found: number[] = [];
    let rest = conditions;
    for (let count = 64; ;) {
      const startMs = performance.now();
      const last = sql.row(
        `SELECT t.start_time FROM trace_rows t WHERE ${rest.sql} ORDER BY t.start_time ${order} LIMIT 1 OFFSET ?`,
        [...rest.parameters, count - 1],
      );
      const slice = rest.copy();
      if (last) slice.add(`t.start_time ${upTo} ?`, toText(last[0]));
      slice.add(compiled.sql, ...compiled.parameters);
      passes = compiled.passes;
      const rows = sql.rows(`SELECT t.id FROM trace_rows t WHERE ${slice.sql}`, slice.parameters);
      for (const [id] of rows) found.push(toNumber(id));
      if (!last || found.length >= atLeast) return found;
      rest = conditions.copy();
      rest.add(`t.start_time ${onwards} ?`, toText(last[0]));
      const isFast = performance.now() - startMs < filterStepMs;
      count = isFast ? count * 2 : Math.max(1, Math.floor(count / 2));
      yield;
    }
  }

  function* readData(entry: TraceEntry, options: GetOptions): Generator<void, TraceData> {
    const { include = "spans", maxSpans = Infinity } = options;
    const selection = include === "spans" ? "payload" : digestSelection;
    const spans: Span[] = [];
    const digests: SpanDigest[] = [];
    let start = options.after ? toStartKey(options.after.startTimeUnixNano) : "";
    let spanId = options.after?.spanId ?? "";
    for (let count = 0; count < maxSpans;) {
      const limit = Math.min(maxSpans - count, spansPerStep);
      const rows = sql.rows(
        `SELECT start_time, span_id, ${selection} FROM span_rows
         WHERE trace_row = ? AND (start_time, span_id) > (?, ?) ORDER BY start_time, span_id LIMIT ?`,
        [entry.id, start, spanId, limit],
      );
      for (const [rowStart, rowSpanId, ...selected] of rows) {
        start = toText(rowStart);
        spanId = toText(rowSpanId);
        if (include === "spans") spans.push(fromJson(selected[0]) as Span);
        else digests.push(toDigest(entry.traceId, selected));
      }
      count += rows.length;
      if (rows.length < limit) break;
      yield;
    }
    return { spans, digests, ...readOrigins(spans) };
  }

  function readOrigins(spans: readonly Span[]): Origins {
    const read = (table: "resources" | "scopes", ids: (string | undefined)[]) => {
      const found: [string, unknown][] = [];
      for (const id of new Set(ids)) {
        const row = id === undefined ? undefined : sql.row(`SELECT json FROM ${table} WHERE id = ?`, [id]);
        if (id !== undefined && row) found.push([id, fromJson(row[0])]);
      }
      return Object.fromEntries(found);
    };
    return {
      resources: read(
        "resources",
        spans.map(({ resourceId }) => resourceId),
      ) as Record<string, Resource>,
      scopes: read(
        "scopes",
        spans.map(({ scopeId }) => scopeId),
      ) as Record<string, Scope>,
    };
  }

  function readGroups(conditions: Conditions): SpanGroup[] {
    const rows = sql.rows(
      `SELECT min(s.id), count(*), sum(s.status = 'ERROR'), total(s.duration_ns) / 1e6 AS total_ms, total(s.total_tokens)
       FROM span_rows s JOIN trace_rows t ON t.id = s.trace_row WHERE ${conditions.sql}
       GROUP BY s.name, s.type, s.model
       ORDER BY total_ms DESC, s.name, s.type, ifnull(s.model, '') LIMIT ${maxSpanGroups}`,
      conditions.parameters,
    );
    return rows.map(([firstId, count, errorCount, totalDurationMs, totalTokens]) => {
      // From the digest of one of them, which has the texts exactly; UTF-8 cannot hold half a surrogate pair.
      const row = sql.row(`SELECT ${digestSelection} FROM span_rows WHERE id = ?`, [toNumber(firstId)]);
      const { name, type, model } = toDigest("", row ?? []);
      return {
        name,
        type,
        ...(model !== undefined && { model }),
        count: toNumber(count),
        errorCount: toNumber(errorCount),
        totalDurationMs: toNumber(totalDurationMs),
        totalTokens: toNumber(totalTokens),
      };
    });
  }

  return {
    search,

    *get(traceId, options) {
      checkGetOptions(options);
      entries.trim();
      const entry = entries.find(traceId);
      const info = entry && entries.infoOf(entry);
      return info && { info, data: yield* readData(entry, options) };
    },

    getSpan(traceId, spanId) {
      entries.trim();
      const entry = entries.find(traceId);
      const row =
        entry &&
        sql.row("SELECT payload FROM span_rows WHERE trace_row = ? AND span_id = ?", [entry.id, spanId]);
      return row && (fromJson(row[0]) as Span);
    },

    *stats(query) {
      checkStatsQuery(query);
      const filter = toFilterTree(query.filter);
      entries.writeRows();
      const conditions = new Conditions("t.span_count > 0");
      conditions.addExperiments(query.experimentIds);
      if (query.fromMs !== undefined) conditions.add("t.request_time_ms >= ?", query.fromMs);
      if (query.toMs !== undefined) conditions.add("t.request_time_ms < ?", query.toMs);
      if (filter) conditions.addRows(yield* findRows(conditions, filter));
      const figures = sql
        .rows(
          `SELECT t.request_time_ms, t.state, t.duration_ms, t.total_tokens FROM trace_rows t WHERE ${conditions.sql}`,
          conditions.parameters,
        )
        .map(toFigures);
      yield;
      const groups = readGroups(conditions);
      yield;
      return toTraceStats(figures, groups, query);
    },

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

    select({ traceIds, experimentId, beforeMs, maxTraces }) {
      entries.writeRows();
      const conditions = new Conditions("t.span_count > 0");
      if (experimentId !== undefined) conditions.addExperiments([experimentId]);
      if (beforeMs !== undefined) conditions.add("t.request_time_ms < ?", beforeMs);
      if (traceIds) {
        conditions.add("t.trace_id IN (SELECT value FROM json_each(?))", JSON.stringify(traceIds));
      }
      return sql
        .rows(
          `SELECT t.trace_id FROM trace_rows t WHERE ${conditions.sql} ORDER BY t.start_time, t.trace_id LIMIT ?`,
          [...conditions.parameters, maxTraces ?? -1],
        )
        .map(([traceId]) => toText(traceId));
    },
  };
}

/** Conditions that all must hold, with their parameters. */
class Conditions {
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

interface OrderColumn {
  readonly column: string;
  readonly descending: boolean;
}

/** What gives the keys of core's trace order. */
const columnOf: Record<OrderField, string> = {
  timestamp_ms: "t.start_time",
  execution_time_ms: `ifnull(t.duration_ms, ${missingFigure})`,
  status: "t.state",
  name: "t.name",
  request_id: "t.trace_id",
  run_id: "ifnull(t.run_id, '')",
  experiment: "ifnull(t.experiment_id, '')",
  span_count: "t.span_count",
  total_tokens: `ifnull(t.total_tokens, ${missingFigure})`,
};

function toOrderColumns(terms: readonly OrderTerm[]): OrderColumn[] {
  const columns = terms.map(({ field, descending }) => ({ column: columnOf[field], descending }));
  return [...columns, { column: "t.trace_id", descending: false }];
}

/**
 * The condition that a row lies behind a key. Row values would say it shorter, but only where all columns have one
 * direction. The first column's bound stands alone, so that an index can use it.
 */
function behind(
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

function toFigures([requestTime, state, durationMs, totalTokens]: Row) {
  const executionDuration = toMaybeNumber(durationMs);
  return {
    requestTime: toNumber(requestTime),
    state: toText(state) as Trace["info"]["state"],
    ...(executionDuration !== undefined && { executionDuration }),
    totalTokens: toMaybeNumber(totalTokens) ?? 0,
  };
}
