import { compareUnixNano, type TraceInfo } from "@spanbook/core/model";

/**
 * A list with traces put in, taken out or brought up to date; newest first, by trace id where starts are equal, as a store
 * orders them. What did not change stays the same object.
 */
export function mergeTraces(
  list: readonly TraceInfo[],
  changed: readonly TraceInfo[],
  deletedIds: readonly string[] = [],
): readonly TraceInfo[] {
  if (changed.length === 0 && deletedIds.length === 0) return list;
  const byId = new Map(list.map((info) => [info.traceId, info]));
  for (const info of changed) byId.set(info.traceId, info);
  for (const traceId of deletedIds) byId.delete(traceId);
  return [...byId.values()].sort(compareInfos);
}

/** The order of the list: negative where `a` comes first. */
export function compareInfos(a: TraceInfo, b: TraceInfo): number {
  return compareUnixNano(b.startTimeUnixNano, a.startTimeUnixNano) || (a.traceId < b.traceId ? -1 : 1);
}
