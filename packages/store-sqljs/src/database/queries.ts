/** The reading half of the contract, as SQL with bound parameters. Long answers are read in pieces, with a pause between. */
import type { Origins, Resource, Scope, Span, SpanDigest, Trace, TraceData } from "@spanbook/core/model";
import { toFilterTree, type FilterTree } from "@spanbook/core/search";
import {
  checkStatsQuery,
  checkGetOptions,
  checkIds,
  createSpanGroups,
  originIdsIn,
  planSearch,
  toOrderKey,
  toPageToken,
  toStartKey,
  toTraceStats,
  type Changes,
  type DeleteSelector,
  type GetOptions,
  type GroupField,
  type OriginIds,
  type SpanGroup,
  type SpanGroups,
  type StatsQuery,
  type TraceFigures,
  type TracePage,
  type TraceQuery,
  type TraceStats,
} from "@spanbook/core/store";
import type { SqlValue } from "sql.js";
import { Conditions } from "./conditions.js";
import { compileFilterToSql } from "./filter-sql.js";
import { behind, toOrderColumns } from "./order-sql.js";
import { digestSelection, toDigest } from "./span-rows.js";
import {
  fromJsonObject,
  toMaybeNumber,
  toMaybeText,
  toNumber,
  toText,
  type Row,
  type Sql,
  type SqlFunction,
} from "./sql.js";
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

/** What one statement of a long answer may take before other tasks get their turn. */
const sliceMs = 8;

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
      conditions.addRows(
        isByStart
          ? yield* findFirstRows(conditions, filter, first.descending, maxResults + 1)
          : yield* findRows(conditions, filter),
      );
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
    return { traces, nextPageToken: toPageToken(toOrderKey(last.info, terms), query) };
  }

  /** Goes through all traces in the order in which they are stored, as many at a time as the time allows. */
  function* inSlices(conditions: Conditions, readSlice: (slice: Conditions) => void): Generator<void, void> {
    const lastId = toNumber(sql.row("SELECT ifnull(max(id), 0) FROM trace_rows")?.[0]);
    const pace = createPace();
    for (let first = 1; first <= lastId;) {
      const slice = conditions.copy();
      slice.add("t.id >= ? AND t.id < ?", first, first + pace.count);
      first += pace.count;
      pace.time(() => readSlice(slice));
      yield;
    }
  }

  /** The row ids of all traces that the conditions and the filter find. */
  function* findRows(conditions: Conditions, filter: FilterTree): Generator<void, number[]> {
    const addFilter = prepareFilter(filter);
    const found: number[] = [];
    yield* inSlices(conditions, (slice) => {
      addFilter(slice);
      for (const id of readIds(slice)) found.push(id);
    });
    return found;
  }

  /** The row ids of the first traces in order of start that conditions and filter find, not less than `atLeast` if there are. */
  function* findFirstRows(
    conditions: Conditions,
    filter: FilterTree,
    descending: boolean,
    atLeast: number,
  ): Generator<void, number[]> {
    const addFilter = prepareFilter(filter);
    const [onwards, upTo, order] = descending ? ["<", ">=", "DESC"] : [">", "<=", "ASC"];
    const found: number[] = [];
    const pace = createPace();
    let rest = conditions;
    for (let last: Row | undefined; ;) {
      pace.time(() => {
        last = sql.row(
          `SELECT t.start_time FROM trace_rows t WHERE ${rest.sql} ORDER BY t.start_time ${order} LIMIT 1 OFFSET ?`,
          [...rest.parameters, pace.count - 1],
        );
        const slice = rest.copy();
        if (last) slice.add(`t.start_time ${upTo} ?`, toText(last[0]));
        addFilter(slice);
        for (const id of readIds(slice)) found.push(id);
      });
      if (!last || found.length >= atLeast) return found;
      rest = conditions.copy();
      rest.add(`t.start_time ${onwards} ?`, toText(last[0]));
      yield;
    }
  }

  /** What adds a filter to conditions, right before they are used. */
  function prepareFilter(filter: FilterTree): (slice: Conditions) => void {
    entries.writeGrams();
    const compiled = compileFilterToSql(filter);
    return (slice) => {
      slice.add(compiled.sql, ...compiled.parameters);
      passes = compiled.passes;
    };
  }

  function readIds({ sql: condition, parameters }: Conditions): number[] {
    return sql
      .rows(`SELECT t.id FROM trace_rows t WHERE ${condition}`, parameters)
      .map(([id]) => toNumber(id));
  }

  function* readData(entry: TraceEntry, options: GetOptions): Generator<void, TraceData> {
    const { include = "spans", maxSpans = Infinity } = options;
    const selection = { spans: "payload", digests: digestSelection, records: `payload, ${digestSelection}` };
    const spans: Span[] = [];
    const digests: SpanDigest[] = [];
    const payloads: string[] = [];
    let start = options.after ? toStartKey(options.after.startTimeUnixNano) : "";
    let spanId = options.after?.spanId ?? "";
    for (let count = 0; count < maxSpans;) {
      const limit = Math.min(maxSpans - count, spansPerStep);
      const rows = sql.rows(
        `SELECT start_time, span_id, ${selection[include]} FROM span_rows
         WHERE trace_row = ? AND (start_time, span_id) > (?, ?) ORDER BY start_time, span_id LIMIT ?`,
        [entry.id, start, spanId, limit],
      );
      for (const [rowStart, rowSpanId, ...selected] of rows) {
        start = toText(rowStart);
        spanId = toText(rowSpanId);
        if (include === "spans") spans.push(fromJsonObject<Span>(selected[0]));
        else if (include === "digests") digests.push(toDigest(entry.traceId, selected));
        else {
          const [payload, ...digest] = selected;
          payloads.push(toText(payload));
          digests.push(toDigest(entry.traceId, digest));
        }
      }
      count += rows.length;
      if (rows.length < limit) break;
      yield;
    }
    if (include === "digests") return { spans, digests, resources: {}, scopes: {} };
    if (include === "spans") {
      const resourceIds = new Set(spans.map(({ resourceId }) => resourceId));
      const scopeIds = new Set(spans.map(({ scopeId }) => scopeId));
      return { spans, digests, ...readOrigins({ resourceIds, scopeIds }) };
    }
    return { spans, digests, payloads, ...readOrigins(originIdsIn(payloads)) };
  }

  type Ids = ReadonlySet<string | undefined>;

  function readOrigins({ resourceIds, scopeIds }: Record<keyof OriginIds, Ids>): Origins {
    const read = (table: "resources" | "scopes", ids: Ids) => {
      const found: [string, unknown][] = [];
      for (const id of ids) {
        const row = id === undefined ? undefined : sql.row(`SELECT json FROM ${table} WHERE id = ?`, [id]);
        if (id !== undefined && row) found.push([id, fromJsonObject(row[0])]);
      }
      return Object.fromEntries(found);
    };
    return {
      resources: read("resources", resourceIds) as Record<string, Resource>,
      scopes: read("scopes", scopeIds) as Record<string, Scope>,
    };
  }

  /** Adds the totals of the spans of these traces. */
  function addGroups(groups: SpanGroups, { sql: condition, parameters }: Conditions): void {
    const rows = sql.rows(
      `SELECT min(s.id), count(*), sum(s.status = 'ERROR'), total(s.duration_ns), total(s.total_tokens), s.name, s.type, s.model
       FROM span_rows s JOIN trace_rows t ON t.id = s.trace_row WHERE ${condition}
       GROUP BY s.name, s.type, s.model`,
      parameters,
    );
    for (const [firstId, count, errorCount, totalDurationNs, totalTokens, ...texts] of rows) {
      groups.addTotals({
        ...readGroupTexts(texts, toNumber(firstId)),
        count: toNumber(count),
        errorCount: toNumber(errorCount),
        totalDurationNs: toNumber(totalDurationNs),
        totalTokens: toNumber(totalTokens),
      });
    }
  }

  /** Where a text is not exact, the digest of one of the spans has it. */
  function readGroupTexts(texts: Row, spanRow: number): Pick<SpanGroup, "name" | "type" | "model"> {
    const digest = texts.every(isExactText)
      ? undefined
      : toDigest("", sql.row(`SELECT ${digestSelection} FROM span_rows WHERE id = ?`, [spanRow]) ?? []);
    const name = digest?.name ?? toText(texts[0]);
    const type = digest?.type ?? toText(texts[1]);
    const model = digest ? digest.model : toMaybeText(texts[2]);
    return { name, type, ...(model !== undefined && { model }) };
  }

  /** As the summary of the trace has it, exactly. */
  function readGroupId(traceRow: number, groupBy: GroupField): string | undefined {
    const [traceId] = sql.row("SELECT trace_id FROM trace_rows WHERE id = ?", [traceRow]) ?? [];
    const entry = entries.find(toText(traceId));
    return entry && entries.infoOf(entry)?.[`${groupBy}Id`];
  }

  return {
    search,

    *get(traceId, options) {
      checkIds({ traceId });
      checkGetOptions(options);
      entries.trim();
      const entry = entries.find(traceId);
      const info = entry && entries.infoOf(entry);
      return info && { info, data: yield* readData(entry, options) };
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

    *stats(query) {
      checkStatsQuery(query);
      const filter = toFilterTree(query.filter);
      entries.writeRows();
      const conditions = new Conditions("t.span_count > 0");
      conditions.addExperiments(query.experimentIds);
      if (query.fromMs !== undefined) conditions.add("t.request_time_ms >= ?", query.fromMs);
      if (query.toMs !== undefined) conditions.add("t.request_time_ms < ?", query.toMs);
      const addFilter = filter && prepareFilter(filter);
      const { groupBy } = query;
      const groupColumn = groupBy ? `t.${groupBy}_id` : "NULL";
      const figures: TraceFigures[] = [];
      const groups = createSpanGroups();
      yield* inSlices(conditions, (slice) => {
        addFilter?.(slice);
        const rows = sql.rows(
          `SELECT t.id, ${groupColumn}, t.request_time_ms, t.state, t.duration_ms, t.total_tokens, t.total_cost
           FROM trace_rows t WHERE ${slice.sql}`,
          slice.parameters,
        );
        for (const [id, group, ...row] of rows) {
          const isExact = !groupBy || isExactText(group);
          const groupId = isExact ? toMaybeText(group) : readGroupId(toNumber(id), groupBy);
          figures.push(toFigures(row, groupId));
        }
        // The filter is not asked twice.
        const chosen = new Conditions("1");
        chosen.addRows(rows.map(([id]) => toNumber(id)));
        addGroups(groups, filter ? chosen : slice);
      });
      return toTraceStats(figures, groups.toSpanGroups(), query);
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

    select({ traceIds, experimentId, beforeMs, maxTraces, keepBytes }) {
      entries.writeRows();
      const conditions = new Conditions("t.span_count > 0");
      if (experimentId !== undefined) conditions.addExperiments([experimentId]);
      if (beforeMs !== undefined) conditions.add("t.request_time_ms < ?", beforeMs);
      if (keepBytes !== undefined) conditions.add(`t.id IN (${beyondBytes})`, keepBytes);
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

/** The rows beyond the newest that take so many bytes. SQLite knows a text's bytes without reading it. */
const beyondBytes = `
  SELECT id FROM (
    SELECT r.id, sum(s.bytes) OVER (ORDER BY r.start_time DESC, r.trace_id) AS total
    FROM trace_rows r
    JOIN (SELECT trace_row, sum(octet_length(payload)) AS bytes FROM span_rows GROUP BY trace_row) s
    ON s.trace_row = r.id
  ) WHERE total > ?
`;

/** How many traces to read at a time, so that it takes about as long as other tasks may wait. */
function createPace(): { readonly count: number; time(read: () => void): void } {
  let count = 64;
  return {
    get count() {
      return count;
    },
    time(read) {
      const startMs = performance.now();
      read();
      const isFast = performance.now() - startMs < sliceMs;
      count = isFast ? count * 2 : Math.max(1, Math.floor(count / 2));
    },
  };
}

/** UTF-8 cannot hold half of a surrogate pair: where it tried to, there are other characters. */
function isExactText(value: SqlValue | undefined): boolean {
  return typeof value !== "string" || !value.includes("\ufffd");
}

function toFigures(
  [requestTime, state, durationMs, totalTokens, totalCost]: Row,
  groupId: string | undefined,
): TraceFigures {
  const executionDuration = toMaybeNumber(durationMs);
  return {
    requestTime: toNumber(requestTime),
    state: toText(state) as Trace["info"]["state"],
    ...(executionDuration !== undefined && { executionDuration }),
    totalTokens: toMaybeNumber(totalTokens) ?? 0,
    totalCost: toMaybeNumber(totalCost) ?? 0,
    ...(groupId !== undefined && { groupId }),
  };
}
