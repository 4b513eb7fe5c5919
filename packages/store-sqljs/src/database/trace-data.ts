/** The spans of one trace, a page of them or all. */
import type { Origins, Resource, Scope, Span, SpanDigest, TraceData } from "@spanbook/core/model";
import { originIdsIn, toStartKey, type GetOptions, type OriginIds } from "@spanbook/core/store";
import { digestSelection, toDigest } from "./span-rows.js";
import { fromJsonObject, toText, type Sql } from "./sql.js";
import type { TraceEntry } from "./trace-entries.js";

export interface TraceDataReader {
  /** May pause between its steps, but the database must not be written meanwhile. */
  read(entry: TraceEntry, options: GetOptions): Generator<void, TraceData>;
}

const spansPerStep = 200;

export function createTraceDataReader(sql: Sql): TraceDataReader {
  function* read(entry: TraceEntry, options: GetOptions): Generator<void, TraceData> {
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

  return { read };
}
