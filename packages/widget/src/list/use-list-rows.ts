import type { TraceInfo } from "@spanbook/core/model";
import { useMemo, useRef } from "preact/hooks";
import { toGroups, toListRows, type ListGroup, type ListRow } from "../derive/groups.js";
import type { ExplorerState } from "../explorer-state.js";
import { maybeGroups } from "../state/figure-state.js";
import { isListPartial, listedTraces } from "../state/list-state.js";

export interface ListRows {
  readonly traces: readonly TraceInfo[];
  /** undefined if traces are not grouped. */
  readonly groups: readonly ListGroup[] | undefined;
  readonly rows: readonly ListRow[];
  /** Whether there is more than is listed. */
  readonly hasMore: boolean;
  /** Whether more is read automatically. */
  readonly canReadOn: boolean;
}

/** While groups are not counted, up to this many are read automatically: a closed group hides how many there are. */
const maxUnasked = 2000;

/** The list's content in rows; an unchanged row remains the same object. */
export function useListRows(state: ExplorerState): ListRows {
  const { groupBy, openGroups } = state;
  const traces = listedTraces(state);
  const counted = maybeGroups(state);
  const groups = useMemo(
    () => (groupBy ? toGroups(traces, groupBy, counted) : undefined),
    [traces, groupBy, counted],
  );
  const knownRows = useRef<readonly ListRow[]>([]);
  const rows = useMemo(
    () => (knownRows.current = toListRows(traces, groups, openGroups, knownRows.current)),
    [traces, groups, openGroups],
  );
  // The source knows the totals of all groups.
  const isEveryGroupKnown = groups !== undefined && counted !== undefined;
  const hasMore = isListPartial(state) && !isEveryGroupKnown;
  const canReadOn = hasMore && (groups === undefined || traces.length < maxUnasked);
  return { traces, groups, rows, hasMore, canReadOn };
}
