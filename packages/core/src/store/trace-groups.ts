import { compareText } from "../model/text-order.js";
import type { TraceGroup } from "./contract.js";
import type { TraceFigures } from "./stats.js";

/** More than anyone looks through, and few enough to post from a worker. */
const maxTraceGroups = 1000;
/** Whole nanoseconds and billionths, because a sum of fractions depends on the order of its parts. */
const parts = { durationMs: 1e6, cost: 1e9 };

/** Totals by group, the one with the latest start first; ties by id. */
export function toTraceGroups(traces: readonly TraceFigures[]): TraceGroup[] {
  const groups = new Map<string | undefined, Growing>();
  for (const { groupId, state, executionDuration = 0, totalTokens, totalCost, requestTime } of traces) {
    const group = groups.get(groupId) ?? emptyGroup(groupId);
    groups.set(groupId, group);
    group.traceCount++;
    group.errorCount += Number(state === "ERROR");
    group.totalTokens += totalTokens;
    group.totalCost += Math.round(totalCost * parts.cost);
    group.totalDurationMs += Math.round(executionDuration * parts.durationMs);
    group.lastStartMs = Math.max(group.lastStartMs, requestTime);
  }
  return [...groups.values()]
    .sort((a, b) => b.lastStartMs - a.lastStartMs || compareText(a.id ?? "", b.id ?? ""))
    .slice(0, maxTraceGroups)
    .map((group) => ({
      ...group,
      totalCost: group.totalCost / parts.cost,
      totalDurationMs: group.totalDurationMs / parts.durationMs,
    }));
}

type Growing = { -readonly [Key in keyof TraceGroup]: TraceGroup[Key] };

function emptyGroup(id: string | undefined): Growing {
  return {
    ...(id !== undefined && { id }),
    traceCount: 0,
    errorCount: 0,
    totalTokens: 0,
    totalCost: 0,
    totalDurationMs: 0,
    lastStartMs: -Infinity,
  };
}
