/** Figures over many traces, computed by SQLite. */
import type { Trace } from "@spanbook/core/model";
import { toFilterTree } from "@spanbook/core/search";
import {
  checkStatsQuery,
  createSpanGroups,
  toTraceStats,
  type GroupField,
  type SpanGroup,
  type SpanGroups,
  type StatsQuery,
  type TraceFigures,
  type TraceStats,
} from "@spanbook/core/store";
import type { SqlValue } from "sql.js";
import { Where } from "./where.js";
import { digestSelection, toDigest } from "./span-rows.js";
import { toMaybeNumber, toMaybeText, toNumber, toText, type Row, type Sql } from "./sql.js";
import type { TraceEntries } from "./trace-entries.js";
import type { TraceFinder } from "./trace-finder.js";

export interface StatsReader {
  /** May pause between its steps, but the database must not be written meanwhile. */
  compute(query: StatsQuery): Generator<void, TraceStats>;
}

export function createStatsReader(sql: Sql, entries: TraceEntries, finder: TraceFinder): StatsReader {
  function* compute(query: StatsQuery): Generator<void, TraceStats> {
    checkStatsQuery(query);
    const filter = toFilterTree(query.filter);
    entries.writeRows();
    const where = new Where("t.span_count > 0");
    where.addExperiments(query.experimentIds);
    if (query.fromMs !== undefined) where.add("t.request_time_ms >= ?", query.fromMs);
    if (query.toMs !== undefined) where.add("t.request_time_ms < ?", query.toMs);
    const addFilter = filter && finder.prepareFilter(filter);
    const { groupBy } = query;
    const groupColumn = groupBy ? `t.${groupBy}_id` : "NULL";
    const figures: TraceFigures[] = [];
    const groups = createSpanGroups();
    yield* finder.inSlices(where, (slice) => {
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
      // So that the filter does not run twice.
      const chosen = new Where("1");
      chosen.addRows(rows.map(([id]) => toNumber(id)));
      addGroups(groups, filter ? chosen : slice);
    });
    return toTraceStats(figures, groups.toSpanGroups(), query);
  }

  /** Adds the totals of the spans of these traces. */
  function addGroups(groups: SpanGroups, { sql: condition, parameters }: Where): void {
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

  /** If a text is not exact, it is taken from the digest of one of the spans. */
  function readGroupTexts(texts: Row, spanRow: number): Pick<SpanGroup, "name" | "type" | "model"> {
    const digest = texts.every(isExactText)
      ? undefined
      : toDigest("", sql.row(`SELECT ${digestSelection} FROM span_rows WHERE id = ?`, [spanRow]) ?? []);
    const name = digest?.name ?? toText(texts[0]);
    const type = digest?.type ?? toText(texts[1]);
    const model = digest ? digest.model : toMaybeText(texts[2]);
    return { name, type, ...(model !== undefined && { model }) };
  }

  /** Exactly as in the trace's summary. */
  function readGroupId(traceRow: number, groupBy: GroupField): string | undefined {
    const [traceId] = sql.row("SELECT trace_id FROM trace_rows WHERE id = ?", [traceRow]) ?? [];
    const entry = entries.find(toText(traceId));
    return entry && entries.infoOf(entry)?.[`${groupBy}Id`];
  }

  return { compute };
}

/** UTF-8 cannot hold half of a surrogate pair: a replacement character marks where one was lost. */
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
