import type { TraceInfo } from "@spanbook/core/model";

/** What traces can be put together by. */
export type GroupField = "session" | "run" | "experiment";

export const groupTitles: Readonly<Record<GroupField, string>> = {
  session: "Session",
  run: "Run",
  experiment: "Experiment",
};

/** Traces that have something in common, and what they come to. */
export interface TraceGroup {
  /** What they have in common; "" for those that have none. */
  readonly id: string;
  /** In the order of the list. */
  readonly traces: readonly TraceInfo[];
  readonly failedCount: number;
  readonly totalTokens: number;
  readonly totalCost: number;
  /** Summed; milliseconds. */
  readonly totalDurationMs: number;
  /** When the last of them started. */
  readonly lastStartUnixNano: string;
}

/** A row of the list: a trace, or what stands above those of a group. */
export type ListRow =
  | { readonly kind: "trace"; readonly key: string; readonly info: TraceInfo; readonly group?: TraceGroup }
  | { readonly kind: "group"; readonly key: string; readonly group: TraceGroup; readonly isOpen: boolean };

const idOf: Readonly<Record<GroupField, (info: TraceInfo) => string | undefined>> = {
  session: ({ sessionId }) => sessionId,
  run: ({ runId }) => runId,
  experiment: ({ experimentId }) => experimentId,
};

/** Groups in the order of their first traces; those that belong nowhere come last. */
export function toGroups(traces: readonly TraceInfo[], field: GroupField): readonly TraceGroup[] {
  const byId = new Map<string, TraceInfo[]>();
  for (const info of traces) {
    const id = idOf[field](info) ?? "";
    const known = byId.get(id);
    if (known) known.push(info);
    else byId.set(id, [info]);
  }
  const groups = Array.from(byId, ([id, members]) => toGroup(id, members));
  return [...groups.filter(({ id }) => id !== ""), ...groups.filter(({ id }) => id === "")];
}

/** The rows of a list; of a group that is closed only its head. Of a list that goes on, rows that are `known` are not made anew. */
export function toListRows(
  traces: readonly TraceInfo[],
  groups: readonly TraceGroup[] | undefined,
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

/** What a group's row is known by; no trace id has a colon. */
export function toGroupKey(id: string): string {
  return `group:${id}`;
}

function toGroup(id: string, traces: readonly TraceInfo[]): TraceGroup {
  const sum = (of: (info: TraceInfo) => number | undefined) =>
    traces.reduce((total, info) => total + (of(info) ?? 0), 0);
  return {
    id,
    traces,
    failedCount: sum(({ state }) => Number(state === "ERROR")),
    totalTokens: sum(({ tokenUsage }) => tokenUsage?.totalTokens),
    totalCost: sum(({ cost }) => cost?.totalCost),
    totalDurationMs: sum(({ executionDuration }) => executionDuration),
    lastStartUnixNano: traces.reduce(
      (last, { requestTime, startTimeUnixNano }) =>
        requestTime > last.requestTime ? { requestTime, startTimeUnixNano } : last,
      { requestTime: -Infinity, startTimeUnixNano: "0" },
    ).startTimeUnixNano,
  };
}
