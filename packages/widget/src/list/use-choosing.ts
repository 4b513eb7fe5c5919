import type { TraceInfo } from "@spanbook/core/model";
import { useMemo, useRef } from "preact/hooks";
import type { ListRow } from "../derive/groups.js";
import type { ListActions } from "../state/list-state.js";

/** How many of the listed traces are chosen; "some" also if chosen ones are not listed. */
export type Chosen = "none" | "some" | "all";

/** Chooses traces of the list, one or many at once. */
export interface Choosing {
  readonly chosen: Chosen;
  /** Chooses a trace or undoes that; with `isRange`, for all from the one chosen last. */
  check(traceId: string, isRange: boolean): void;
  /** Chooses both the row that the focus leaves and the one it moves to. */
  extend(from: ListRow, to: ListRow): void;
  /** Chooses all listed traces, or none. */
  checkAll(isChecked: boolean): void;
}

export function useChoosing(
  rows: readonly ListRow[],
  traces: readonly TraceInfo[],
  checked: ReadonlySet<string>,
  { setChecked }: Pick<ListActions, "setChecked">,
): Choosing {
  const lastChecked = useRef<string | undefined>(undefined);
  const chosen = useMemo(() => toChosen(traces, checked), [traces, checked]);
  return {
    chosen,
    check(traceId, isRange) {
      const from = rows.findIndex(({ key }) => key === lastChecked.current);
      const to = rows.findIndex(({ key }) => key === traceId);
      lastChecked.current = traceId;
      if (isRange && from >= 0) {
        setChecked(rows.slice(Math.min(from, to), Math.max(from, to) + 1).flatMap(idOf), true);
      } else setChecked([traceId], !checked.has(traceId));
    },
    extend(from, to) {
      if (from === to || to.kind !== "trace") return;
      setChecked([from, to].flatMap(idOf), true);
      lastChecked.current = to.key;
    },
    checkAll: (isChecked) =>
      setChecked(isChecked ? traces.map(({ traceId }) => traceId) : [...checked], isChecked),
  };
}

export function toChosen(traces: readonly TraceInfo[], checked: ReadonlySet<string>): Chosen {
  if (checked.size === 0) return "none";
  const areAll = checked.size >= traces.length && traces.every(({ traceId }) => checked.has(traceId));
  return areAll ? "all" : "some";
}

function idOf(row: ListRow): readonly string[] {
  return row.kind === "trace" ? [row.key] : [];
}
