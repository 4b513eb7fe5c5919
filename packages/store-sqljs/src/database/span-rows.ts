/** A span's digest as columns, and back. */
import { nanosecondsBetween, withoutUndefined, type SpanDigest } from "@spanbook/core/model";
import { toStartKey } from "@spanbook/core/store";
import type { SqlValue } from "sql.js";
import { fromJsonObject, toMaybeText, toNumber, toText, type Row } from "./sql.js";

/** The columns that {@link toColumns} fills, in its order. */
export const digestColumns = [
  "parent_span_id",
  "name",
  "type",
  "status",
  "start_time",
  "end_time",
  "duration_ns",
  "version",
  "model",
  "total_tokens",
  "digest_rest",
] as const;

/** The columns that {@link toDigest} reads, besides the trace id. */
export const digestSelection =
  "span_id, parent_span_id, name, type, status, start_time, end_time, version, model, digest_rest";

export function toColumns(digest: SpanDigest): SqlValue[] {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = digest;
  return [
    digest.parentSpanId ?? null,
    digest.name,
    digest.type,
    digest.status,
    toStartKey(start),
    end === undefined ? null : toStartKey(end),
    end === undefined ? null : nanosecondsBetween(start, end),
    digest.version,
    digest.model ?? null,
    digest.usage?.totalTokens ?? null,
    toRest(digest),
  ];
}

export function toDigest(traceId: string, row: Row): SpanDigest {
  const [spanId, parentSpanId, name, type, status, start, end, version, model, rest] = row;
  return withoutUndefined({
    traceId,
    spanId: toText(spanId),
    parentSpanId: toMaybeText(parentSpanId),
    name: toText(name),
    type: toText(type),
    status: toText(status) as SpanDigest["status"],
    startTimeUnixNano: fromStartKey(toText(start)),
    endTimeUnixNano: typeof end === "string" ? fromStartKey(end) : undefined,
    version: toNumber(version),
    model: toMaybeText(model),
    ...(rest === null ? undefined : fromJsonObject<Partial<SpanDigest>>(rest)),
  });
}

const loneSurrogate = /[\ud800-\udfff]/u;

/** The fields that have no column, and texts that UTF-8 cannot hold, as JSON text; null if there are none. */
function toRest({
  traceId: _traceId,
  spanId: _spanId,
  parentSpanId: _parentSpanId,
  status: _status,
  startTimeUnixNano: _start,
  endTimeUnixNano: _end,
  version: _version,
  name,
  type,
  model,
  ...rest
}: SpanDigest): string | null {
  const all = {
    ...(loneSurrogate.test(name) && { name }),
    ...(loneSurrogate.test(type) && { type }),
    ...(model !== undefined && loneSurrogate.test(model) && { model }),
    ...rest,
  };
  return Object.keys(all).length === 0 ? null : JSON.stringify(all);
}

function fromStartKey(key: string): string {
  return key.replace(/^0+(?=.)/, "");
}
