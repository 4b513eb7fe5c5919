import type { TraceInfo } from "@spanbook/core/model";
import { groupIdOf, type GroupField, type TraceGroup } from "@spanbook/core/store";

export const groupTitles: Readonly<Record<GroupField, string>> = {
  session: "Session",
  run: "Run",
  experiment: "Experiment",
};

/** Traces that have something in common. */
export interface ListGroup {
  /** What they have in common; "" for those that have nothing there. */
  readonly id: string;
  /** Those read so far, in the order of the list. */
  readonly traces: readonly TraceInfo[];
  /** The totals of the whole group or, until that is counted, of the traces read. */
  readonly totals: Omit<TraceGroup, "id">;
  readonly isCounted: boolean;
}

/** A row of the list: a trace, or the head of a group. */
export type ListRow =
  | { readonly kind: "trace"; readonly key: string; readonly info: TraceInfo; readonly group?: ListGroup }
  | { readonly kind: "group"; readonly key: string; readonly group: ListGroup; readonly isOpen: boolean };

/**
 * Groups in the order of their first traces, then those of which only the count is known; traces without a group come last.
 * `counted` is what the source says about all groups.
 */
export function toGroups(
  traces: readonly TraceInfo[],
  field: GroupField,
  counted: readonly TraceGroup[] = [],
): readonly ListGroup[] {
  const byId = new Map<string, TraceInfo[]>();
  for (const info of traces) {
    const id = groupIdOf(info, field) ?? "";
    const known = byId.get(id);
    if (known) known.push(info);
    else byId.set(id, [info]);
  }
  const totalsById = new Map(counted.map((group) => [group.id ?? "", group]));
  const groups = [...new Set([...byId.keys(), ...totalsById.keys()])].map((id): ListGroup => {
    const members = byId.get(id) ?? [];
    const totals = totalsById.get(id);
    // A new trace is listed before it is counted.
    const isCounted = totals !== undefined && totals.traceCount >= members.length;
    return { id, traces: members, totals: isCounted ? totals : toTotals(members), isCounted };
  });
  return [...groups.filter(({ id }) => id !== ""), ...groups.filter(({ id }) => id === "")];
}

/** The rows of a list; a closed group has only its head. If a list continues, its `known` rows are reused. */
export function toListRows(
  traces: readonly TraceInfo[],
  groups: readonly ListGroup[] | undefined,
  openGroups: ReadonlySet<string>,
  known: readonly ListRow[] = [],
): readonly ListRow[] {
  if (groups === undefined) {
    return traces.map((info, index) => {
      const row = known[index];
      const isKnown = row?.kind === "trace" && row.info === info && row.group === undefined;
      return isKnown ? row : { kind: "trace", key: info.traceId, info };
    });
  }
  return groups.flatMap((group): ListRow[] => {
    const isOpen = openGroups.has(group.id);
    const members = isOpen ? group.traces : [];
    return [
      { kind: "group", key: toGroupKey(group.id), group, isOpen },
      ...members.map((info) => ({ kind: "trace" as const, key: info.traceId, info, group })),
    ];
  });
}

/**
 * The trace in the row below another (step 1) or above it (-1); if its group is closed, counts on from the traces that would
 * stand beside it. undefined at the end.
 */
export function maybeBeside(
  traces: readonly TraceInfo[],
  groups: readonly ListGroup[] | undefined,
  openGroups: ReadonlySet<string>,
  traceId: string,
  by: 1 | -1,
): TraceInfo | undefined {
  const seen = groups?.filter(({ id }) => openGroups.has(id)).flatMap((group) => group.traces) ?? traces;
  const isOpen = (info: TraceInfo) => info.traceId === traceId;
  const order = groups && !seen.some(isOpen) ? groups.flatMap((group) => group.traces) : seen;
  return order[order.findIndex(isOpen) + by];
}

/** The key of a group's row; no trace id has a colon. */
export function toGroupKey(id: string): string {
  return `group:${id}`;
}

function toTotals(traces: readonly TraceInfo[]): ListGroup["totals"] {
  const sum = (of: (info: TraceInfo) => number | undefined) =>
    traces.reduce((total, info) => total + (of(info) ?? 0), 0);
  return {
    traceCount: traces.length,
    errorCount: sum(({ state }) => Number(state === "ERROR")),
    totalTokens: sum(({ tokenUsage }) => tokenUsage?.totalTokens),
    totalCost: sum(({ cost }) => cost?.totalCost),
    totalDurationMs: sum(({ executionDuration }) => executionDuration),
    lastStartMs: traces.reduce((last, { requestTime }) => Math.max(last, requestTime), -Infinity),
  };
}
