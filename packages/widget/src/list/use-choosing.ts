import type { TraceInfo } from "@spanbook/core/model";
import { useMemo, useRef } from "preact/hooks";
import type { ListRow } from "../derive/groups.js";
import type { ListActions } from "../state/list-state.js";

/** How many of the listed traces are chosen; "some" also where what is chosen is not listed. */
export type Chosen = "none" | "some" | "all";

/** How traces of the list are chosen, one or many at once. */
export interface Choosing {
  readonly chosen: Chosen;
  /** Chooses a trace or no longer; with `isRange`, all from the last that was chosen up to it. */
  check(traceId: string, isRange: boolean): void;
  /** Chooses the row that one comes from and the one that one goes to. */
  extend(from: ListRow, to: ListRow): void;
  /** Chooses all that are listed, or none. */
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
