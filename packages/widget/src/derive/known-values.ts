import { SpanType, type TraceInfo } from "@spanbook/core/model";
import { formatField } from "@spanbook/core/search";
import type { SpanGroup } from "@spanbook/core/store";

/** Values known to occur in fields, by the field as a filter writes it, including its key. */
export type KnownValues = ReadonlyMap<string, ReadonlySet<string>>;

const sampleSize = 1000;
const maxLength = 80;

/** The text values in the listed traces and the counted spans; only for suggestions, so it need not be complete. */
export function toKnownValues(traces: readonly TraceInfo[], spanGroups: readonly SpanGroup[]): KnownValues {
  const known = new Map<string, Set<string>>();
  const add = (field: string, value: string | undefined) => {
    if (value === undefined || value === "" || value.length > maxLength) return;
    const values = known.get(field);
    if (values) values.add(value);
    else known.set(field, new Set([value]));
  };
  const addAll = (name: "tag" | "metadata", values: Readonly<Record<string, string>>) => {
    for (const [key, value] of Object.entries(values).slice(0, 50)) add(formatField({ name, key }), value);
  };
  for (const info of traces.slice(0, sampleSize)) {
    add("trace.name", info.name);
    add("trace.session_id", info.sessionId);
    add("trace.user_id", info.userId);
    add("trace.run_id", info.runId);
    add("trace.experiment", info.experimentId);
    addAll("tag", info.tags);
    addAll("metadata", info.traceMetadata);
    for (const { type, name, value } of info.assessments ?? []) {
      add(formatField({ name: type, key: name }), typeof value === "string" ? value : JSON.stringify(value));
    }
  }
  for (const { name, type, model } of spanGroups) {
    add("span.name", name);
    add("span.type", type);
    add("span.model", model);
  }
  for (const type of Object.values(SpanType)) add("span.type", type);
  return known;
}
